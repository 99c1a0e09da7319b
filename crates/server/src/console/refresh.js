// Keeps the page up to date while somebody looks and nobody writes: its main part is fetched anew every two seconds.
const busy = () => document.hidden || document.querySelector("main :focus, main [data-changed]") !== null;
document.addEventListener("input", (event) => event.target.setAttribute("data-changed", ""));
setInterval(async () => {
  const old = document.querySelector("main");
  if (busy() || old.hasAttribute("data-still")) return;
  try {
    const response = await fetch(location.href);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("main");
    if (!fresh || busy() || fresh.innerHTML === old.innerHTML) return;
    const open = [...old.querySelectorAll("details[open]")].map((it) => it.id);
    open.forEach((id) => id && fresh.querySelector("#" + CSS.escape(id))?.setAttribute("open", ""));
    old.replaceWith(document.adoptNode(fresh));
  } catch {
    // The server may be gone for a moment.
  }
}, 2000);
