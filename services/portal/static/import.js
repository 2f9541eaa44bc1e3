// Goes on with an import part by part, and waits where the line is lost or a service is away. Without script the same
// button does it.
"use strict";
(() => {
  const PATIENCE = 5000;
  const step = document.querySelector("#step");
  const wait = (moment) => new Promise((done) => setTimeout(done, moment));

  const lost = (form) => {
    const told = step.querySelector(".away") ?? form.insertAdjacentElement("beforebegin", document.createElement("p"));
    told.className = "away";
    told.setAttribute("role", "alert");
    if (told.textContent !== form.dataset.away) told.textContent = form.dataset.away;
  };

  const once = async (form) => {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.status >= 500) throw new Error(String(answer.status));
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#step");
    if (next) step.replaceChildren(...next.childNodes);
    else location.reload();
    return Boolean(next);
  };

  const run = async () => {
    for (let form = step?.querySelector("form[data-step]"); form; form = step.querySelector("form[data-step]")) {
      try {
        if (!(await once(form))) return;
      } catch {
        lost(form);
        await wait(PATIENCE);
      }
    }
  };

  step?.addEventListener("submit", (event) => { if (event.target.matches("[data-step]")) event.preventDefault(); });
  run();
})();
