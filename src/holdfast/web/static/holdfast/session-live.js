/* One event stream a browser, shared by its tabs: whichever tab holds the lock listens and tells the
   others. What is heard is news with positions; a page that finds a gap asks for what it lacks. */
globalThis.HoldfastLive = (() => {
  "use strict";
  const KINDS = ["hello", "news", "opened", "closed", "beat", "end"];
  const AGAIN = 1500;

  function open(address, heard) {
    const news = new BroadcastChannel(`holdfast-live ${address}`);
    news.addEventListener("message", (event) => heard(event.data.kind, event.data.told));
    const tell = (kind, told) => { heard(kind, told); news.postMessage({ kind, told }); };

    function listen() {
      const source = new EventSource(address);
      const again = () => { source.close(); setTimeout(listen, AGAIN); };
      for (const kind of KINDS) {
        source.addEventListener(kind, (event) => {
          tell(kind, JSON.parse(event.data));
          if (kind === "end") again();
        });
      }
      source.addEventListener("error", () => { tell("lost", {}); if (source.readyState === EventSource.CLOSED) again(); });
      addEventListener("pagehide", () => source.close());
    }
    navigator.locks.request(`holdfast-live ${address}`, () => new Promise(() => { listen(); }));
  }
  return { open };
})();
