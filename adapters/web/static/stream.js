// Server-sent events over fetch: EventSource cannot send the header that a widget's session needs.
// Reconnects by itself and asks for what came after the last event it has seen.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;

export class Stream {
  // `open(after, signal)` makes the request; `heard({id, type, data})` takes an event; `online(bool)` the state.
  constructor({ open, heard, online, after }) {
    Object.assign(this, { open, heard, online, after });
    this.wait = FIRST_WAIT;
    this.controller = new AbortController();
    window.addEventListener("online", () => this.hurry?.());
  }

  async run() {
    while (!this.controller.signal.aborted) {
      try {
        await this.listen();
      } catch (error) {
        if (this.controller.signal.aborted) return;
        this.online(false);
      }
      await new Promise((resume) => {
        this.hurry = resume;
        setTimeout(resume, this.wait);
      });
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    }
  }

  stop() {
    this.controller.abort();
    this.hurry?.();
  }

  async listen() {
    const response = await this.open(this.after, this.controller.signal);
    if (!response.ok) throw new Error(`events: ${response.status}`);
    this.online(true);
    this.wait = FIRST_WAIT;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (text + value.replaceAll("\r\n", "\n")).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) await this.take(block); // one after the other, in their order
    }
  }

  async take(block) {
    const event = { id: "", type: "message", data: [] };
    for (const line of block.split("\n")) {
      const [, name, value] = line.match(/^([a-z]*): ?(.*)$/s) || [];
      if (name === "data") event.data.push(value);
      else if (name === "event") event.type = value;
      else if (name === "id") event.id = value;
    }
    if (!event.data.length) return;
    await this.heard({ ...event, data: event.data.join("\n") });
    if (event.id) this.after = Number(event.id);
  }
}
