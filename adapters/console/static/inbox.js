// The inbox of an open page: kept up to date, used by keyboard. Without it everything works by forms.

const box = document.getElementById("inbox");
const base = document.title.replace(/^\(\d+\) /, "");
const GO = { i: "mine", u: "unassigned", t: "my_tiers", b: "breaching", l: "all" };
let here = 0; // number of the ticket that the keyboard is at
let unread = Number(list().dataset.unread);
let fetching = false;
let again = false;

function list() {
  return box.querySelector("[data-address]");
}

function rows() {
  return [...box.querySelectorAll("tr[data-ticket]")];
}

// ---- choosing -------------------------------------------------------------

function ticks() {
  return [...box.querySelectorAll('input[name="chosen"]')];
}

function tell() {
  const chosen = ticks().filter((tick) => tick.checked).length;
  const count = box.querySelector("[data-count]");
  if (count) count.textContent = chosen ? `${chosen} chosen` : "";
  const all = box.querySelector("[data-all] input");
  if (all) {
    all.checked = chosen > 0 && chosen === ticks().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
}

box.addEventListener("change", (event) => {
  if (event.target.closest("[data-all]")) for (const tick of ticks()) tick.checked = event.target.checked;
  tell();
});

function ready() {
  const all = box.querySelector("[data-all]");
  if (all) all.hidden = false;
  mark();
  tell();
}

function mark() {
  for (const row of rows()) row.classList.toggle("here", Number(row.dataset.ticket) === here);
}

// ---- kept up to date ------------------------------------------------------

async function refresh() {
  if (fetching) return void (again = true);
  fetching = true;
  try {
    do {
      again = false;
      const answer = await fetch(list().dataset.address, { headers: { "hx-request": "true" } });
      if (answer.status === 401) return location.assign(list().dataset.address);
      if (answer.ok) put(await answer.text());
    } while (again);
  } catch {
    // the next event tries again
  } finally {
    fetching = false;
  }
}

function put(html) {
  const chosen = new Set(ticks().filter((tick) => tick.checked).map((tick) => tick.value));
  const fields = ["what", "bulk-tag"].map((id) => [id, document.getElementById(id)?.value]);
  const focus = document.activeElement && box.contains(document.activeElement) ? path(document.activeElement) : "";
  const outcome = box.querySelector(".outcome");
  box.innerHTML = html; // the server's own, escaped there
  if (outcome && !box.querySelector(".outcome")) box.querySelector(".tabs").after(outcome);
  for (const tick of ticks()) tick.checked = chosen.has(tick.value);
  for (const [id, value] of fields) if (document.getElementById(id)) document.getElementById(id).value = value ?? "";
  if (focus) box.querySelector(focus)?.focus({ preventScroll: true });
  ready();
  news(Number(list().dataset.unread));
}

function path(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const ticket = element.closest("tr[data-ticket]")?.dataset.ticket;
  return ticket ? `tr[data-ticket="${ticket}"] ${element.matches("input") ? "input" : "a"}` : "";
}

function news(now) {
  document.title = now ? `(${now}) ${base}` : base;
  if (now > unread) {
    document.querySelector("[data-news]").textContent = `${now} tickets have something new.`;
    beep();
  }
  unread = now;
}

const stream = new EventSource(`${box.dataset.events}?after=${box.dataset.event}`);
let seen = box.dataset.event;
stream.addEventListener("changed", (event) => {
  if (event.data === seen) return;
  seen = event.data;
  refresh();
});
window.addEventListener("pagehide", () => stream.close());
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

// ---- sound ----------------------------------------------------------------

const sound = document.querySelector("[data-sound]");
let audio = null;

function showSound(on) {
  sound.setAttribute("aria-pressed", String(on));
  sound.textContent = `Sound: ${on ? "on" : "off"}`;
}

sound.hidden = false;
showSound(localStorage.getItem("inbox-sound") === "on");
sound.addEventListener("click", () => {
  const on = sound.getAttribute("aria-pressed") !== "true";
  localStorage.setItem("inbox-sound", on ? "on" : "off");
  showSound(on);
  if (on) beep();
});

function beep() {
  if (sound.getAttribute("aria-pressed") !== "true") return;
  audio ??= new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.08, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.25);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.25);
}

// ---- keyboard -------------------------------------------------------------

const help = document.querySelector("dialog.keys");
const keys = document.querySelector("[data-keys]");
keys.hidden = false;
keys.addEventListener("click", () => help.showModal());

function move(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => Number(row.dataset.ticket) === here);
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  here = Number(next.dataset.ticket);
  mark();
  next.querySelector("a").focus();
  next.scrollIntoView({ block: "nearest" });
}

function current() {
  return rows().find((row) => Number(row.dataset.ticket) === here);
}

let going = false;
const acts = {
  j: () => move(1),
  k: () => move(-1),
  x: () => current()?.querySelector("input").click(),
  Enter: () => current()?.querySelector("a").click(),
  "/": () => document.getElementById("q").select(),
  a: () => document.getElementById("what")?.focus(),
  "?": () => help.showModal(),
  g: () => {
    going = true;
    setTimeout(() => (going = false), 1500);
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
  const own = event.key === "Enter" && event.target.closest("a, button, summary, input");
  if (typing || own) return;
  if (going && GO[event.key]) {
    event.preventDefault();
    location.assign(box.querySelector(`[data-view="${GO[event.key]}"]`).href);
  } else if (Object.hasOwn(acts, event.key)) {
    event.preventDefault();
    acts[event.key]();
  }
});

if (/\/inbox\/./.test(location.pathname)) {
  history.replaceState(null, "", list().dataset.address); // loading it again must not send a form again
}
ready();
