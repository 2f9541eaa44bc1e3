// Keeps what is typed: on the server while there is a line; while there is none, on this computer, under a key that the
// server gives to this person alone, so that the next user of the computer can read nothing of it.
"use strict";
(() => {
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const { draft: address, draftPlace: place } = form.dataset, say = JSON.parse(form.dataset.draftSay);
  const status = document.querySelector("#kept"), ours = ["form", "once", "do"];
  const bytes = Uint8Array.from(form.dataset.draftKey.match(/../g), (pair) => parseInt(pair, 16));
  const key = globalThis.crypto?.subtle?.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  form.removeAttribute("data-draft-key");
  let waiting, kept = true, last = null;

  const typed = () => Object.fromEntries([...new FormData(form)].filter(([name]) => !ours.includes(name)));
  const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
  const unbase64 = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

  const keepHere = async () => {
    try {
      const iv = crypto.getRandomValues(new Uint8Array(12)), plain = new TextEncoder().encode(JSON.stringify(typed()));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(place) }, await key, plain);
      localStorage.setItem(place, JSON.stringify({ iv: base64(iv), sealed: base64(sealed) }));
      status.textContent = say.here;
    } catch {
      status.textContent = say.lost;
    }
  };
  const keptHere = async () => {
    try {
      const { iv, sealed } = JSON.parse(localStorage.getItem(place));
      const opening = { name: "AES-GCM", iv: unbase64(iv), additionalData: new TextEncoder().encode(place) };
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(opening, await key, unbase64(sealed))));
    } catch {
      return null;
    }
  };

  const keep = async () => {
    clearTimeout(waiting);
    try {
      const answer = await fetch(address, { method: "POST", body: new FormData(form), redirect: "manual" });
      if (answer.status !== 204) throw new Error(String(answer.status));
      kept = true;
      try { localStorage.removeItem(place); } catch { /* nothing was kept here */ }
      status.textContent = say.kept.replace("{at}", new Date().toTimeString().slice(0, 5));
    } catch {
      kept = false;
      await keepHere();
      later(10000);
    }
  };
  const later = (after) => { clearTimeout(waiting); waiting = setTimeout(keep, after); };

  const fill = (values) => {
    for (const field of form.elements) {
      if (!(field.name in values) || ours.includes(field.name)) continue;
      if (field.type === "radio") field.checked = field.value === values[field.name];
      else field.value = values[field.name];
    }
  };

  form.addEventListener("input", () => later(800));
  form.addEventListener("change", () => later(800));
  form.addEventListener("signs", () => { if (last) fill(last); });
  globalThis.addEventListener("online", keep);
  form.addEventListener("submit", async (event) => {
    clearTimeout(waiting);
    if (kept && navigator.onLine) return;
    event.preventDefault();
    const by = event.submitter;
    await keep();
    if (kept) form.requestSubmit(by);
  });

  (async () => {
    const here = localStorage.getItem(place) ? await keptHere() : null;
    if (!here) return;
    last = here;
    fill(here);
    form.elements.birth_date?.dispatchEvent(new Event("change", { bubbles: true }));
    await keep();
    if (kept) status.textContent = say.back;
  })();
})();
