// Redoc asks its maker's host for a logo, and no option stops it. Nothing here asks another host.
const setAttribute = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (!String(value).startsWith("https://cdn.redoc.ly/")) setAttribute.call(this, name, value);
};
// The other way to the same.
Object.defineProperty(HTMLImageElement.prototype, "src", {
  set(value) { this.setAttribute("src", value); },
});
