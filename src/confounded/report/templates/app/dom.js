"use strict";
// Making elements. Text is always text: nothing here takes markup.

const el = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [name, held] of Object.entries(value)) made.style.setProperty(name, held);
    else made.setAttribute(key, value === true ? "" : value);
  }
  add(made, children);
  return made;
};

const add = (parent, children) => {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child);
  }
  return parent;
};

const link = (to, text, attributes = {}) => el("a", { href: to, ...attributes }, text);

const svgPath = (path, role, hollow = false) => {
  const space = "http://www.w3.org/2000/svg";
  const drawn = document.createElementNS(space, "svg");
  const shape = document.createElementNS(space, "path");
  drawn.setAttribute("viewBox", "-1.4 -1.4 2.8 2.8");
  drawn.setAttribute("width", "13");
  drawn.setAttribute("height", "13");
  drawn.setAttribute("aria-hidden", "true");
  shape.setAttribute("d", path);
  shape.style.fill = hollow ? "var(--paper)" : `var(--${role})`;
  shape.style.stroke = `var(--${role})`;
  shape.style.strokeWidth = ".35";
  drawn.append(shape);
  return drawn;
};

// A table with a caption; columns are {name, title, text(row), sort(row), class, head}.
const table = (caption, columns, rows, { order, label, hidden = false } = {}) => {
  const head = columns.map((column) => {
    const direction = order && order.by === column.name ? order.direction : null;
    const attributes = { scope: "col", class: column.class };
    if (order && column.sort) attributes["aria-sort"] = direction || "none";
    if (!order || !column.sort) return el("th", attributes, column.title);
    return el("th", attributes, el("button", { type: "button", class: "sort", onclick: () => order.choose(column.name) },
      column.title, el("span", { class: "arrow", "aria-hidden": "true" }, { ascending: " ▲", descending: " ▼" }[direction] || "")));
  });
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label || caption },
    el("table", {}, el("caption", { class: hidden ? "unseen" : null }, caption), el("thead", {}, el("tr", {}, head)),
      el("tbody", {}, rows.map((row) => el("tr", { class: row.className }, columns.map((column) =>
        column.head ? el("th", { scope: "row", class: column.class }, column.text(row)) : el("td", { class: column.class }, column.text(row))))))));
};
