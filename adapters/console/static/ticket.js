// The page of one ticket: kept true while it is open, drafts kept, keys. It works without this too.

const SAVE_AFTER = 600;
const page = () => document.getElementById("ticket");
const wait = {};
let stream, followed, lastKey = "";

function token() {
  return JSON.parse(document.body.getAttribute("hx-headers"))["x-form-token"];
}

function localMoments() {
  for (const time of document.querySelectorAll("time[data-moment]:not([title])")) {
    time.title = time.textContent;
    time.textContent = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  }
}

// --- live -------------------------------------------------------------------------------------

function follow() {
  const here = page();
  if (!here || followed === here) return;
  followed = here;
  stream?.close();
  stream = new EventSource(`${here.dataset.ticket}/events?sign=${encodeURIComponent(here.dataset.sign)}`);
  stream.addEventListener("changed", refresh);
  stream.addEventListener("people", (event) => people(JSON.parse(event.data)));
}

function people(others) {
  const line = document.getElementById("people");
  const said = { reply: "is writing a reply", note: "is writing a note" };
  line.textContent = others.map(([name, writes]) => `${name} ${said[writes] ?? "is looking at this ticket too"}.`).join(" ");
  line.hidden = !others.length;
}

// What is new is put in around the forms in which somebody writes.
async function refresh() {
  const here = page();
  const answer = await fetch(here.dataset.ticket, { headers: { accept: "text/html" } });
  if (!answer.ok || here !== page()) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = fresh.getElementById("ticket");
  if (!now) return;
  const before = newest(here);
  for (const id of ["ticket-head", "stream", "log"]) put(id, fresh);
  if (!document.getElementById("side").contains(document.activeElement)) side(fresh);
  const reply = document.getElementById("reply-text");
  const version = document.getElementById("reply-version");
  const freshVersion = fresh.getElementById("reply-version");
  if (reply && version && freshVersion && !reply.value.trim()) version.value = freshVersion.value;
  here.dataset.sign = now.dataset.sign;
  localMoments();
  if (newest(here) !== before) news(newest(here));
}

function newest(within) {
  const first = within.querySelector("#log li");
  return first ? [...first.childNodes].filter((n) => n.nodeName !== "TIME").map((n) => n.textContent).join("").trim() : "";
}

function put(id, fresh) {
  const old = document.getElementById(id), now = fresh.getElementById(id);
  if (old && now) {
    old.replaceWith(now);
    htmx.process(now);
  }
}

function side(fresh) {
  const open = [...document.querySelectorAll("#side details[open][id]")].map((each) => each.id);
  const typed = [...document.querySelectorAll("#side :is(input:not([type=hidden]), textarea)[id]")].map((each) => [each.id, each.value, each.defaultValue]);
  put("side", fresh);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value, original] of typed) {
    const field = document.getElementById(id);
    if (field && value !== original) field.value = value;
  }
}

function news(words) {
  let line = document.getElementById("news");
  if (!line) {
    line = document.createElement("p");
    line.id = "news";
    line.className = "notice";
    line.setAttribute("role", "status");
    page().prepend(line);
  }
  line.textContent = `Just now: ${words}`;
}

// --- drafts -----------------------------------------------------------------------------------

function keep(form) {
  const kind = form.dataset.draft, state = form.querySelector(".draft-state");
  const body = new URLSearchParams({ kind, text: form.elements.text.value, form_token: token() });
  wait[kind] = { timer: 0, stop: new AbortController() };
  fetch(`${page().dataset.ticket}/draft`, { method: "POST", body, signal: wait[kind].stop.signal })
    .then((answer) => (state.textContent = answer.ok ? "The draft is kept." : "The draft is not kept: copy it before you leave."))
    .catch((error) => { if (error.name !== "AbortError") state.textContent = "The draft is not kept: there is no connection."; });
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (!form || event.target.name !== "text") return;
  const kind = form.dataset.draft, now = Date.now();
  clearTimeout(wait[kind]?.timer);
  const told = wait[kind]?.told ?? 0;
  const later = now - told < 2000 ? SAVE_AFTER : 0; // the first key at once: colleagues see it
  wait[kind] = { ...wait[kind], told: later ? told : now };
  const mark = wait[kind].told;
  wait[kind].timer = setTimeout(() => { keep(form); wait[kind].told = mark; }, later);
});

function dropTimers() {
  for (const each of Object.values(wait)) {
    clearTimeout(each.timer);
    each.stop?.abort();
  }
}

// --- macros -----------------------------------------------------------------------------------

async function macro(id) {
  const answer = await fetch(`${page().dataset.ticket}/macro/${id}`);
  return answer.ok ? answer.json() : null;
}

document.addEventListener("change", async (event) => {
  if (event.target.id !== "macro-choice") return;
  const preview = document.getElementById("macro-preview");
  const found = event.target.value && (await macro(event.target.value));
  preview.hidden = !found;
  preview.textContent = found ? found.text : "";
});

document.addEventListener("submit", async (event) => {
  const choice = event.target.querySelector("#macro-choice");
  if (!choice) {
    if (event.target.dataset.draft) dropTimers();
    return;
  }
  event.preventDefault();
  const found = choice.value && (await macro(choice.value));
  if (!found) return;
  const text = document.getElementById("reply-text");
  text.value = [text.value.trimEnd(), found.text].filter(Boolean).join("\n\n");
  document.getElementById("reply-macro").value = choice.value;
  if (found.then) document.getElementById("reply-then").value = found.then;
  document.getElementById("macro-preview").hidden = true;
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
});

// --- keys -------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && typing?.form) {
    event.preventDefault();
    typing.form.requestSubmit();
  }
  if (event.key === "Escape" && typing) typing.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "?") document.getElementById("keys").showModal();
  else if (lastKey === "g" && event.key === "i") location.href = page().dataset.inbox;
  else press(event);
  lastKey = event.key;
});

function press(event) {
  const found = page().querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.tagName === "TEXTAREA") found.focus();
  else found.click();
  if (found.tagName === "SUMMARY" && !found.parentElement.open) return;
  found.closest("details")?.querySelector("input:not([type=hidden]), textarea, select")?.focus();
}

// --- htmx -------------------------------------------------------------------------------------

// A refusal is the page again, with what was typed; what is no page of a ticket is told in words.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400) return;
  const other = new DOMParser().parseFromString(xhr.responseText, "text/html");
  event.detail.shouldSwap = Boolean(other.getElementById("ticket"));
  event.detail.isError = false;
  if (!event.detail.shouldSwap) news(other.querySelector(".lead")?.textContent || "That did not work. Please try again.");
});
document.addEventListener("htmx:sendError", () => news("There is no connection. Nothing was sent; what you wrote is still here."));
document.addEventListener("htmx:afterSettle", ready);

function ready() {
  localMoments();
  follow();
  document.getElementById("refused")?.focus();
}

addEventListener("pagehide", () => stream?.close());
ready();
