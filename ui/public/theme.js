// Sets the theme before the first paint. The choice is kept by Rust; `stores/settings` leaves a copy here.
document.documentElement.dataset.theme =
  localStorage.getItem("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
