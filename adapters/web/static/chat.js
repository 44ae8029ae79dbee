// The chat, live: messages appear at once, answers as they are given. Without this file the page
// works by plain forms; everything here only spares the reader a new page.
import { codeTools, localDays, localTimes, themeToggle } from "./looks.js";
import { Outbox } from "./outbox.js";
import { Stream } from "./stream.js";
import { panelSession } from "./panel.js";

const find = (name) => document.querySelector(`[data-${name}]`);
const chat = find("chat");
const log = find("log");
const typing = find("typing");
const write = find("write");
const text = write.elements.text;
const panel = chat.dataset.panel === "yes";
const formToken = write.elements.form_token.value;
const title = document.title;
const state = { path: chat.dataset.path, session: null, slow: 0, unread: 0 };

const headers = () => ({ accept: "application/json", ...(state.session && { "x-firstline-session": state.session }) });
const post = (path, fields) =>
  fetch(path, { method: "POST", headers: headers(), body: new URLSearchParams({ form_token: formToken, ...fields }) });

const outbox = () => new Outbox({ key: `firstline${state.path}`, post, changed: showSending });
let sending;

function atEnd() {
  const page = document.documentElement;
  return page.scrollHeight - page.scrollTop - window.innerHeight < 160;
}

function toEnd(behavior = "auto") {
  window.scrollTo({ top: document.documentElement.scrollHeight, behavior });
}

// A long answer is read from its start.
function reveal(message) {
  if (message.offsetHeight > window.innerHeight * 0.6) message.scrollIntoView();
  else toEnd();
}

function add(message) {
  find("welcome")?.remove();
  log.append(message);
  localTimes(message);
  localDays(log);
  codeTools(message);
}

function settle() {
  const messages = [...log.querySelectorAll(".message")];
  for (const choice of log.querySelectorAll("[data-choices] button")) {
    choice.disabled = choice.closest(".message") !== messages.at(-1);
  }
}

function setTyping(on) {
  clearTimeout(state.slow);
  typing.hidden = !on;
  find("typing-words").textContent = "Looking for an answer…";
  if (on) state.slow = setTimeout(() => (find("typing-words").textContent = "Still looking…"), 8000);
}

// What the reader wrote, shown before the server has it.
function showSending(item) {
  let message = document.getElementById(`local-${item.fields.message}`);
  if (!message) {
    message = localMessage(item);
    add(message);
    settle();
    toEnd();
  }
  const delivery = message.querySelector(".delivery");
  delivery.dataset.state = item.state;
  delivery.replaceChildren(deliveryWords(item));
  if (item.state === "failed") delivery.append(button("Try again", () => sending.retry(item)), button("Remove", () => remove(item, message)));
  if (item.state === "sent") {
    delete message.dataset.unsent;
    delivery.replaceChildren();
    if (log.querySelector(`[data-id="${item.id}"]`)) message.remove();
    else message.dataset.id = item.id;
  }
  if (item.state === "sending" || item.state === "sent") setTyping(true);
  else setTyping(false);
}

function deliveryWords(item) {
  return { sending: "Sending…", waiting: item.why || "Not sent yet. Trying again by itself.", failed: item.why || "Not sent.", sent: "" }[item.state];
}

function remove(item, message) {
  sending.drop(item);
  message.remove();
  sending.flush();
}

function button(words, pressed) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", pressed);
  return made;
}

function localMessage(item) {
  const message = document.getElementById("local-message").content.firstElementChild.cloneNode(true);
  message.id = `local-${item.fields.message}`;
  message.dataset.at = new Date().toISOString();
  message.querySelector("time").dateTime = message.dataset.at;
  message.querySelector(".said").textContent = item.fields.choice ? item.fields.choice.split("=").slice(1).join("=") : item.fields.text;
  return message;
}

// A line from the server takes the place of the one shown before it was kept.
async function heard(event) {
  await settled();
  if (event.type === "state") return setTyping(event.data === "waiting" && sending.items.length === 0);
  const piece = document.createElement("template");
  piece.innerHTML = event.data.trim(); // made and escaped by our server's templates
  const message = piece.content.firstElementChild;
  const known = log.querySelector(`[data-id="${message.dataset.id}"]`);
  const follow = atEnd() || message.dataset.author === "user";
  if (known) {
    known.replaceWith(message);
    localTimes(message);
    codeTools(message);
  } else {
    message.classList.add("new");
    add(message);
  }
  if (message.dataset.author !== "user") announce();
  settle();
  if (follow) reveal(message);
}

function announce() {
  setTyping(false);
  if (document.hidden) document.title = `(${++state.unread}) ${title}`;
}

function say(fields) {
  sending.add(`${state.path}/messages`, fields);
}

// While a message of ours is being sent its id is not known: what is heard meanwhile waits for it.
async function settled() {
  for (let tries = 0; sending.busy && tries < 150; tries++) await new Promise((go) => setTimeout(go, 20));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const pressed = event.submitter;
  if (form === write || form.matches("[data-examples], [data-ask-human], [data-choices]")) {
    event.preventDefault();
    const fields = pressed?.name ? { [pressed.name]: pressed.value } : { text: text.value.trim() };
    if (form === write) text.value = "";
    if (fields.text || fields.choice) say(fields);
    text.focus({ preventScroll: true });
  } else if (form.matches("[data-ratings]")) {
    event.preventDefault();
    await rate(form, pressed);
  } else if (form.matches("[data-new]") && panel) {
    event.preventDefault();
    await begin(await (await post("/conversations", {})).json());
  }
});

async function rate(form, pressed) {
  const thanks = form.querySelector(".thanks");
  const path = new URL(form.getAttribute("action"), location.href).pathname;
  try {
    const response = await post(path, { helpful: pressed.value });
    if (!response.ok) throw new Error(response.status);
    for (const other of form.querySelectorAll(".rate")) other.setAttribute("aria-pressed", String(other === pressed));
    thanks.textContent = pressed.value === "yes" ? "Glad it helped." : "Thank you, we will improve it. Want to talk to a human?";
  } catch {
    thanks.textContent = "That could not be kept. Please try again.";
  }
}

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  write.requestSubmit();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  state.unread = 0;
  document.title = title;
});

function listen() {
  const last = [...log.querySelectorAll("[data-id]")].at(-1);
  state.stream = new Stream({
    after: last ? Number(last.dataset.id) : 0,
    open: (after, signal) => fetch(`${state.path}/events`, { signal, headers: { ...headers(), accept: "text/event-stream", "last-event-id": String(after) } }),
    heard,
    online: (is) => (find("offline").hidden = is),
  });
  state.stream.run();
}

// The panel's conversation: at the start, and when a new one is begun.
async function begin(session) {
  state.stream?.stop();
  Object.assign(state, { session: session.token, path: session.path });
  panelSession.keep(session.token);
  if (log.children.length) return location.reload();
  sending = outbox();
  sending.restore();
  listen();
}

themeToggle();
localTimes(log);
localDays(log);
codeTools(log);
text.focus({ preventScroll: true });
if (panel) {
  begin(await panelSession.open(headers));
} else {
  sending = outbox();
  sending.restore();
  if (!location.hash) toEnd("instant");
  listen();
}
document.body.dataset.ready = "yes";
