// A long list is narrowed by typing a part of a name. Without script the browser's own search does it.
"use strict";
for (const box of document.querySelectorAll("[data-narrows]")) {
  box.closest("[hidden]").hidden = false;
  const rows = document.getElementById(box.dataset.narrows).children;
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !(row.querySelector("strong, th") ?? row).textContent.toLowerCase().includes(wanted);
  });
  // Enter belongs to the search, not to the form around it.
  box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}
