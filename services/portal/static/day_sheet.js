// The day sheet by keyboard: arrows and Enter move, Ctrl+D says the same as above, clashes are told while one types,
// and what is typed is kept as a draft. Without this the table is a plain form.
"use strict";
(() => {
  const form = document.querySelector("#sheet"), table = form?.querySelector("table.sheet");
  if (!table) return;
  const say = JSON.parse(table.dataset.say), hours = JSON.parse(table.dataset.hours), staff = JSON.parse(table.dataset.staff);
  const now = Number(table.dataset.now), closed = Boolean(table.dataset.closed);
  const rows = [...table.tBodies[0].rows].map((tr, place) => ({
    tr, place, column: Object.fromEntries([...tr.querySelectorAll("td :is(input, select)")].map((one) => [one.name.split(".")[1], one])),
    told: tr.querySelector(".wrong"), answered: tr.querySelector(".wrong").textContent.trim(),
    logged: [...tr.querySelectorAll(".logged li[data-from]")].map((one) => ({ ...one.dataset, from: Number(one.dataset.from), until: Number(one.dataset.until) })),
  }));
  const names = Object.keys(rows[0].column);

  // Times: 0930, 930, 9:30 or 9, on any keyboard.
  const minute = (text) => {
    const found = /^(?:(\d{1,2})(?:[:.](\d{2}))?|(\d{1,2})(\d{2}))$/.exec(text.normalize("NFKC").trim());
    const [hour, rest] = found ? [Number(found[1] ?? found[3]), Number(found[2] ?? found[4] ?? 0)] : [99, 0];
    return hour < 24 && rest < 60 ? hour * 60 + rest : null;
  };
  const clock = (at) => `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
  const worded = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const read = (row) => {
    const value = (name) => row.column[name].value.trim();
    const typed = { from: minute(value("start")), until: minute(value("end")), filled: Boolean(value("start") || value("end") || value("words")) };
    for (const name of ["therapist", "discipline", "mode"]) typed[name] = value(name);
    typed.came = value("attended") !== "no";
    return typed;
  };
  const meet = (one, other) => one.from < other.until && other.from < one.until;
  const times = (one) => ({ from: clock(one.from), until: clock(one.until) });
  const together = (one, other) => one.mode === "group" && other.mode === "group" && one.from === other.from && one.until === other.until;

  // What is wrong with a row, or odd about it: the service decides when it is sent.
  const remarks = (row, typed, all) => {
    if (!typed.filled) return [];
    if (typed.from === null || typed.until === null) return [say.time];
    if (typed.until <= typed.from) return [say.order];
    const found = [], busy = row.logged.find((one) => meet(one, typed));
    if (busy) found.push(worded(say.busy, times(busy)));
    const others = all.filter((one) => one.row !== row && one.typed.filled && one.typed.came && one.typed.from !== null && one.typed.until !== null).map((one) => one.typed);
    const elsewhere = [...others, ...rows.flatMap((one) => one.logged)].find((one) => typed.came && one.therapist === typed.therapist && meet(one, typed) && !together(one, typed));
    if (typed.therapist && elsewhere) found.push(worded(say.therapist, times(elsewhere)));
    if (typed.until > now) found.push(say.future);
    if (closed) found.push(say.closed);
    if (row.tr.dataset.resting) found.push(say.resting);
    const inside = (one) => one.opens <= clock(typed.from) && clock(typed.until) <= one.closes;
    if (hours && ["individual", "group"].includes(typed.mode) && !hours.some(inside)) found.push(say.hours);
    if (staff && !staff.some((one) => one.therapist === typed.therapist && one.disciplines.includes(typed.discipline))) found.push(say.staff);
    return found;
  };
  const check = () => {
    const all = rows.map((row) => ({ row, typed: read(row) }));
    let filled = 0, odd = 0;
    for (const { row, typed } of all) {
      const found = remarks(row, typed, all), text = found.length ? `⚠ ${found.join(" · ")}` : row.answered;
      if (row.told.textContent !== text) row.told.textContent = text;
      row.tr.classList.toggle("typed", typed.filled);
      filled += typed.filled; odd += Boolean(found.length);
    }
    form.querySelector("#count").textContent = worded(say.count, { rows: filled, odd });
  };

  // A draft, soon after the last key.
  let waiting;
  const keep = async () => {
    const status = form.querySelector("#kept");
    try {
      const answer = await fetch("/today/draft", { method: "POST", body: new FormData(form), redirect: "manual" });
      if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
      status.textContent = worded(say.kept, { at: new Date().toTimeString().slice(0, 5) });
    } catch {
      status.textContent = say.lost;
      later(10000);
    }
  };
  const later = (after) => { clearTimeout(waiting); waiting = setTimeout(keep, after); };

  const changed = (field) => {
    const place = rows.findIndex((row) => row.tr.contains(field));
    if (place >= 0) rows[place].answered = "";
    check();
    later(1500);
  };
  const settle = (field) => {
    const [place, name] = [Number(field.name.split(".")[0]), field.name.split(".")[1]], at = minute(field.value);
    if (!["start", "end"].includes(name) || at === null) return;
    field.value = clock(at);
    const end = rows[place].column.end, until = at + Number(rows[place].tr.dataset.usual);
    if (name === "start" && !end.value && until < 24 * 60) end.value = clock(until);
  };
  form.addEventListener("input", (event) => changed(event.target));
  form.addEventListener("change", (event) => { settle(event.target); changed(event.target); });
  form.addEventListener("submit", () => clearTimeout(waiting));

  // Keys.
  const go = (place, name) => {
    const field = rows[place]?.column[name];
    if (field) { field.focus(); field.select?.(); } else if (place >= rows.length) form.querySelector(".actions button").focus();
  };
  const atEdge = (field, forward) => field.tagName === "SELECT" || (field.selectionStart === 0 && field.selectionEnd === field.value.length) ||
    (field.selectionStart === field.selectionEnd && field.selectionStart === (forward ? field.value.length : 0));
  const copyFromAbove = (place, name, field) => {
    if (place === 0) return;
    field.value = rows[place - 1].column[name].value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    settle(field);
    check();
  };
  table.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.name || event.isComposing || event.altKey || event.metaKey) return;
    const [place, name] = [Number(field.name.split(".")[0]), field.name.split(".")[1]], column = names.indexOf(name), select = field.tagName === "SELECT";
    const act = {
      Enter: () => (event.ctrlKey ? form.requestSubmit(form.querySelector(".actions button")) : go(place + (event.shiftKey ? -1 : 1), name)),
      d: event.ctrlKey && (() => copyFromAbove(place, name, field)),
      ArrowDown: !select && !event.ctrlKey && (() => go(place + 1, name)),
      ArrowUp: !select && !event.ctrlKey && (() => go(place - 1, name)),
      ArrowRight: !event.ctrlKey && !event.shiftKey && atEdge(field, true) && (() => go(place, names[column + 1])),
      ArrowLeft: !event.ctrlKey && !event.shiftKey && atEdge(field, false) && (() => go(place, names[column - 1])),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  check();
})();
