/* The panel of a session on a room's own device: entries are signed by the device and attributed by
   whoever tapped their name; alarms are seen here and never heard. */
document.addEventListener("holdfast-room", () => {
  "use strict";
  const room = globalThis.HoldfastRoom;
  globalThis.HoldfastPanel.begin({
    record: room.record, recordProved: room.recordProved, writer: room.writer, people: room.people, headers: room.headers, kept: room.kept,
    prove: room.prove, ask: null, loud: null, before: room.before(),
    move: (told) => room.post(`${document.querySelector("[data-session]").dataset.now}move/`, told),
  });
});
