// Single keys, only while no field has the focus. What a key does stands on the button: data-key="A".
(() => {
  "use strict";

  const OFF = "countersign-keys-off";
  const PLACES = { h: "/", a: "/approvals/", c: "/chat/", i: "/invoices/", l: "/audit/" };
  const SEQUENCE_MS = 1200;
  let going = -Infinity; // when G was pressed; a page that has just come has seen none

  const isOff = () => localStorage.getItem(OFF) === "yes";
  const inField = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const isVisible = (element) => element.checkVisibility() && !element.closest("[inert]");

  function rows() {
    const list = [...document.querySelectorAll("[data-keys=rows]")].find(isVisible);
    return list ? [...list.querySelectorAll(".row-cr, tbody tr[data-href]")].filter(isVisible) : [];
  }

  const handle = (row) => (row.matches("a") ? row : row.querySelector("a"));

  function current(all) {
    const focused = all.findIndex((row) => row.contains(document.activeElement));
    return focused >= 0 ? focused : all.findIndex((row) => row.matches("[aria-selected=true]"));
  }

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const at = current(all);
    const next = at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step));
    handle(all[next]).focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  function press(key) {
    const scope = document.querySelector("dialog[open]") || document;
    const button = [...scope.querySelectorAll("[data-key]")].find(
      (element) => element.dataset.key.toLowerCase() === key.toLowerCase() && isVisible(element) && !element.disabled,
    );
    if (button) button.click();
    return Boolean(button);
  }

  function escape() {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (!press("Escape") && inField(document.activeElement)) {
      document.activeElement.blur();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      if (!document.querySelector("dialog[open]")) escape();
      return;
    }
    if (inField(event.target) || isOff()) return;
    const key = event.key.toLowerCase();
    if (performance.now() - going < SEQUENCE_MS && PLACES[key]) {
      event.preventDefault();
      location.assign(PLACES[key]);
      return;
    }
    const isDialog = document.querySelector("dialog[open]");
    if (key === "?" && !isDialog) document.getElementById("keys").showModal();
    else if (key === "/" && !isDialog) {
      const fields = [...document.querySelectorAll("[data-search]")].filter(isVisible);
      const field = fields.find((element) => element.closest("main")) || fields[0];
      if (!field) return;
      field.focus();
      field.select();
    } else if (key === "g" && !isDialog) going = performance.now();
    else if (key === "j" && !isDialog) move(1);
    else if (key === "k" && !isDialog) move(-1);
    else if (key === "enter" || key === " ") return;
    else if (!press(event.key)) return;
    event.preventDefault();
  });

  const box = document.querySelector("[data-keys-switch]");
  box.checked = !isOff();
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
})();
