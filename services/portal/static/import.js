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

  // Only the words and the bar change, so that they are read out; with an alert the whole of it does.
  const show = (next) => {
    if ([step, next].some((one) => one.querySelector("[role=alert]"))) return step.replaceChildren(...next.childNodes);
    step.querySelector("[role=status]").textContent = next.querySelector("[role=status]").textContent;
    step.querySelector("progress").value = next.querySelector("progress").value;
  };

  const once = async (form) => {
    const sent = new URLSearchParams(new FormData(form));
    sent.delete("several");
    const answer = await fetch(form.action, { method: "POST", body: sent });
    if (answer.status >= 500) throw new Error(String(answer.status));
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#step");
    if (next) show(next);
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
