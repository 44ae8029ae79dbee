// Messages on their way to the server. Each keeps its id until it is accepted, so that sending it
// again is never a second message. They outlive a reload (and a lost connection) in localStorage.

const RETRY = 4000;

export class Outbox {
  // `post(path, fields)` -> Response; `changed(item)` shows an item: state sending, waiting, failed or sent.
  constructor({ key, post, changed }) {
    Object.assign(this, { key, post, changed });
    this.items = read(key);
    this.busy = false;
    window.addEventListener("online", () => this.flush());
  }

  add(path, fields) {
    const item = { path, fields: { ...fields, message: newId() }, state: "sending" };
    this.items.push(item);
    this.save();
    this.changed(item);
    this.flush();
  }

  restore() {
    this.items.forEach((item) => this.changed(item));
    this.flush();
  }

  // In order, one at a time: what was written first arrives first.
  async flush() {
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.items.length && (await this.send(this.items[0])));
    } finally {
      this.busy = false;
    }
  }

  retry(item) {
    item.state = "sending";
    this.changed(item);
    this.flush();
  }

  async send(item) {
    if (item.state === "failed") return false;
    let response;
    try {
      response = await this.post(item.path, item.fields);
    } catch {
      return this.later(item);
    }
    if (response.status === 429 || response.status >= 500) {
      return this.later(item, Number(response.headers.get("retry-after")) * 1000, await said(response));
    }
    if (!response.ok) {
      Object.assign(item, { state: "failed", why: await said(response) });
      this.save();
      this.changed(item);
      return false;
    }
    const { id } = await response.json();
    Object.assign(item, { state: "sent", id });
    this.items.shift();
    this.save();
    this.changed(item);
    return true;
  }

  later(item, wait = 0, why = "") {
    Object.assign(item, { state: "waiting", why });
    this.changed(item);
    setTimeout(() => this.flush(), wait || RETRY);
    return false;
  }

  drop(item) {
    this.items = this.items.filter((other) => other !== item);
    this.save();
  }

  save() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.items));
    } catch {
      // No storage: the messages live as long as the page.
    }
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) || [];
  } catch {
    return [];
  }
}

async function said(response) {
  try {
    return (await response.json()).detail || "";
  } catch {
    return "";
  }
}

// Not crypto.randomUUID: that one is missing on plain http.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
