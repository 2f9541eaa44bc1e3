// Reporting a child by keyboard: the number fills in birth date and sex, the birth date brings the signs of the age, one
// key answers a question, and what the registry says stands there before anything is sent.
"use strict";
(() => {
  const form = document.querySelector("#report");
  if (!form) return;
  const field = form.elements, signs = form.querySelector("#signs"), told = document.querySelector("#told");
  const asked = () => signs.querySelector("[data-column]")?.dataset.column ?? "";
  told.setAttribute("aria-live", "polite");

  // Days: 20240506, 2024.5.6 or 2024年5月6日.
  const day = (text) => {
    const found = /^(\d{4})(?:(\d{2})(\d{2})|[-./年](\d{1,2})[-./月](\d{1,2})日?)$/.exec(text.normalize("NFKC").replaceAll(" ", ""));
    if (!found) return null;
    const [year, month, date] = [found[1], found[2] ?? found[4], found[3] ?? found[5]].map(Number);
    const at = new Date(Date.UTC(year, month - 1, date));
    return at.getUTCMonth() === month - 1 && at.getUTCDate() === date ? at.toISOString().slice(0, 10) : null;
  };
  const readNumber = () => {
    const number = field.resident_number.value.normalize("NFKC").trim().toUpperCase();
    if (!/^\d{17}[\dX]$/.test(number)) return;
    const born = day(number.slice(6, 14));
    if (born && !field.birth_date.value) { field.birth_date.value = born; bring(); }
    if (!field.sex.value) field.sex.value = Number(number[16]) % 2 ? "male" : "female";
  };

  const bring = async () => {
    const query = new URLSearchParams({ birth_date: field.birth_date.value, on: field.on.value, weeks: field.weeks.value });
    if (!day(field.birth_date.value) || !day(field.on.value)) return;
    const before = asked(), answers = Object.fromEntries([...new FormData(form)].filter(([name]) => name.startsWith("sign.")));
    try {
      const answer = await fetch(`/report/signs?${query}`, { redirect: "manual" });
      if (!answer.ok) return;
      signs.innerHTML = await answer.text();
    } catch {
      return;
    }
    if (asked() === before) for (const [name, value] of Object.entries(answers)) if (field[name]) field[name].value = value;
    form.dispatchEvent(new Event("signs"));
    fit();
  };

  // Only what the chosen examination asks for.
  const fit = () => {
    const bySigns = field.instrument.value === "warning_signs";
    form.querySelector("#finding").hidden = bySigns;
    form.querySelector("#regression").hidden = !bySigns;
    const list = signs.querySelector(".signs");
    if (list) list.hidden = !bySigns;
  };

  let waiting;
  const answered = () => [...form.querySelectorAll(".signs:not([hidden]) fieldset")].every((one) => one.querySelector(":checked"));
  const check = () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      if (!form.checkValidity() || !answered() || (!field.resident_number.value && !field.birth_certificate.value)) return;
      try {
        const answer = await fetch("/report/check", { method: "POST", body: new FormData(form), redirect: "manual" });
        if (answer.ok) told.innerHTML = await answer.text();
      } catch { /* the line is down; it is said below the form */ }
    }, 600);
  };

  form.addEventListener("change", (event) => {
    const { name, value } = event.target;
    if (name === "resident_number") readNumber();
    if (["birth_date", "on"].includes(name) && day(value)) event.target.value = day(value);
    if (["birth_date", "on", "weeks"].includes(name)) bring();
    if (name === "instrument") fit();
    check();
  });
  form.addEventListener("keydown", (event) => {
    const group = event.target.closest?.(".radios");
    if (!group || event.target.type !== "radio" || event.ctrlKey || event.altKey || event.metaKey || !/^[0-9]$/.test(event.key)) return;
    const choices = [...group.querySelectorAll("input")], sign = group.classList.contains("sign");
    const chosen = sign ? { 1: choices[0], 0: choices[1] }[event.key] : choices[Number(event.key) - 1];
    if (!chosen) return;
    event.preventDefault();
    chosen.click();
    const all = [...form.querySelectorAll(".radios:not([hidden])")].filter((one) => one.offsetParent), next = all[all.indexOf(group) + 1];
    (next ? next.querySelector(":checked") ?? next.querySelector("input") : form.querySelector(".actions button")).focus();
  });
  fit();
})();
