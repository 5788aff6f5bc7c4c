// One open conversation. Finished blocks come as HTML from the server; text that is being written comes in
// pieces and is appended as text. Every piece says where it starts, so late and repeated ones do no harm.
(() => {
  "use strict";

  const BACKSTOP_MS = 15000;
  const LONGEST_WAIT_MS = 15000;
  const CLOSED_FOR_GOOD = new Set([4401, 4404]);

  const chat = document.getElementById("chat");
  const field = document.getElementById("q");
  const composer = chat ? document.getElementById("composer") : field.form;

  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit();
  });
  if (!chat) return;

  const thread = document.getElementById("thread");
  const scroller = document.getElementById("th");
  const below = document.getElementById("below");
  const stop = document.getElementById("stop");
  const send = document.getElementById("send");
  const writing = document.getElementById("writing");
  const refused = document.getElementById("refused");

  let socket = null;
  let tries = 0;
  let seq = Number(chat.dataset.seq);
  let state = chat.dataset.state;
  let lastSaid = "";
  let pending = ""; // said, but not seen in the thread yet
  let startedAt = 0;
  const texts = new Map(); // key → all that is known of a text being written
  const early = new Map(); // key → pieces that came before the text in front of them

  const tell = (message) => {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  };

  // The thread is laid out bottom up (column-reverse): scrollTop 0 is the bottom, and it stays there by itself.
  const isAtBottom = () => scroller.scrollTop > -40;
  const noteNew = () => { below.hidden = isAtBottom(); };

  function build(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  }

  function showBlock({ key, html }) {
    const block = build(html);
    if (block.matches(".msg-u")) noteSaid(block.textContent);
    const old = document.getElementById(key);
    if (old) {
      if (old.open) block.open = true;
      old.replaceWith(block);
    } else {
      document.getElementById("empty")?.remove();
      thread.append(block);
    }
    htmx.process(block);
    if (block.querySelector("[data-raw]")) {
      addEarly(key);
      paint(key);
    } else {
      texts.delete(key);
      early.delete(key);
    }
    noteNew();
  }

  const rawOf = (key) => document.getElementById(key)?.querySelector("[data-raw]");

  function known(key, raw) {
    const shown = " ".repeat(Number(raw.dataset.at)) + raw.textContent;
    const text = texts.get(key) || "";
    return text.length >= shown.length ? text : shown;
  }

  // The finished lines are already there as HTML; only what follows them is shown as plain text.
  function paint(key) {
    const raw = rawOf(key);
    if (raw) raw.textContent = known(key, raw).slice(Number(raw.dataset.at));
  }

  function addPiece(key, at, text) {
    const raw = rawOf(key);
    if (!raw) return false;
    const have = known(key, raw);
    if (at > have.length) return false;
    texts.set(key, at + text.length > have.length ? have + text.slice(have.length - at) : have);
    paint(key);
    return true;
  }

  function addEarly(key) {
    const rest = (early.get(key) || []).filter(({ at, text }) => !addPiece(key, at, text));
    if (rest.length) early.set(key, rest);
    else early.delete(key);
  }

  function showText({ key, at, text }) {
    if (addPiece(key, at, text)) addEarly(key);
    else if (!document.getElementById(key) || rawOf(key)) {
      early.set(key, [...(early.get(key) || []), { at, text }].sort((a, b) => a.at - b.at));
    }
    noteNew();
  }

  function showTurn({ state: now, html }) {
    const hasEnded = state === "running" && now !== "running";
    state = now;
    document.getElementById("turn").replaceWith(build(html));
    if (hasEnded) {
      early.clear();
      texts.clear();
      const answers = thread.querySelectorAll(".msg-a .prose");
      const last = answers[answers.length - 1];
      if (last) window.countersign.announce(last.textContent.trim().slice(0, 400));
    }
    showState();
  }

  function showTitle({ title }) {
    document.getElementById("title").textContent = title;
    document.title = `${title} · Countersign`;
  }

  const shows = { block: showBlock, text: showText, turn: showTurn, title: showTitle };

  function showState() {
    const isRunning = state === "running";
    stop.hidden = writing.hidden = !isRunning;
    send.hidden = isRunning;
    send.disabled = socket?.readyState !== WebSocket.OPEN;
    thread.setAttribute("aria-busy", String(isRunning));
    if (isRunning) startedAt ||= performance.now();
    else startedAt = 0;
    showSeconds();
    for (const button of document.querySelectorAll("[data-try-again]")) button.hidden = isRunning;
  }

  function showSeconds() {
    if (startedAt) writing.textContent = `Writing, ${Math.round((performance.now() - startedAt) / 1000)} s`;
  }

  function refuse(text) {
    refused.textContent = text;
    refused.hidden = !text;
  }

  // The server keeps line breaks as elements, so only what is not space can be compared.
  const bare = (text) => text.replace(/\s/g, "");

  function noteSaid(text) {
    if (!pending || bare(text) !== bare(pending)) return;
    if (field.value === pending) field.value = ""; // given back when the connection broke, but it had arrived
    pending = "";
  }

  function giveBack() {
    if (pending && !field.value) field.value = pending;
  }

  let newsTimer = 0;
  function onNews() {
    clearTimeout(newsTimer); // the list and the rail follow once, after the last of a burst
    newsTimer = setTimeout(() => htmx.trigger(document.body, "chat-news"), 400);
  }

  function onMessage(message) {
    if (message.type === "piece") showText(message);
    else if (message.type === "refused") {
      refuse(message.text);
      giveBack();
      pending = "";
    } else if (message.seq > seq) {
      seq = message.seq;
      shows[message.kind]?.(message.payload);
      if (message.kind !== "text") onNews();
    }
  }

  function say(text) {
    if (!text.trim() || state === "running") return;
    if (!tell({ type: "say", text })) {
      refuse("Not connected. Your text is kept; it can be sent when the connection is back.");
      return;
    }
    lastSaid = pending = text;
    field.value = "";
    refuse("");
    scroller.scrollTop = 0;
  }

  function connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}${chat.dataset.socket}`);
    socket.addEventListener("open", () => {
      tries = 0;
      tell({ type: "resume", after: seq });
      showState();
      if (field.hasAttribute("data-say")) {
        field.removeAttribute("data-say");
        say(field.value);
      }
    });
    socket.addEventListener("message", (event) => onMessage(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => {
      showState();
      giveBack();
      if (CLOSED_FOR_GOOD.has(event.code)) {
        location.reload();
        return;
      }
      tries += 1;
      setTimeout(connect, Math.min(LONGEST_WAIT_MS, 300 * 2 ** tries) * (0.5 + Math.random() / 2));
    });
  }

  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    say(field.value);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" || field.value || !lastSaid) return;
    event.preventDefault();
    field.value = lastSaid;
  });
  stop.addEventListener("click", () => tell({ type: "stop" }));
  below.addEventListener("click", () => { scroller.scrollTop = 0; });
  scroller.addEventListener("scroll", noteNew, { passive: true });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-try-again]")) tell({ type: "try_again" });
    const example = event.target.closest("[data-ask]");
    if (example) say(example.dataset.ask);
  });
  setInterval(() => tell({ type: "resume", after: seq }), BACKSTOP_MS);
  setInterval(showSeconds, 1000);
  showState();
  connect();
})();
