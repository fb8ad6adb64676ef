/* Readings from devices by Bluetooth, by the standard services: blood pressure 0x1810, heart rate 0x180D,
   thermometer 0x1809, pulse oximeter 0x1822. Their numbers are IEEE 11073 SFLOAT and FLOAT. The decoders
   are pure; a value that the device marks as none is none, never a number. A device may first hand over
   what it had kept, from another hour or another person: what it says to be older than it can be is not
   taken, and of what says no time a person is asked. */
globalThis.HoldfastDevices = (() => {
  "use strict";
  const WAIT = 60000, OLDEST = 120000; /* a cuff takes a minute; its clock is set by hand */
  const NONE_16 = new Set([0x07ff, 0x0800, 0x07fe, 0x0802, 0x0801]), NONE_32 = new Set([0x007fffff, 0x00800000, 0x007ffffe, 0x00800002, 0x00800001]);

  /* 4 bits of exponent, 12 of mantissa, both signed; null for the values that stand for none. */
  function sfloat(view, at) {
    const raw = view.getUint16(at, true);
    if (NONE_16.has(raw)) return null;
    const exponent = raw >> 12 >= 8 ? (raw >> 12) - 16 : raw >> 12, mantissa = (raw & 0x0fff) >= 0x0800 ? (raw & 0x0fff) - 0x1000 : raw & 0x0fff;
    return scaled(mantissa, exponent);
  }

  /* 8 bits of exponent, 24 of mantissa, both signed. */
  function float(view, at) {
    const raw = view.getUint32(at, true);
    if (NONE_32.has(raw & 0x00ffffff)) return null;
    const mantissa = (raw & 0x00ffffff) >= 0x00800000 ? (raw & 0x00ffffff) - 0x01000000 : raw & 0x00ffffff;
    return scaled(mantissa, view.getInt8(at + 3));
  }

  /* A power of ten divides exactly where it multiplies inexactly. */
  const scaled = (mantissa, exponent) => (exponent < 0 ? mantissa / 10 ** -exponent : mantissa * 10 ** exponent);
  const whole = (value) => (value === null ? null : Math.round(value));
  const filled = (told) => Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null));

  function bloodPressure(view) {
    const flags = view.getUint8(0), mmHg = (value) => whole(value === null ? null : flags & 0x01 ? value * 7.500617 : value);
    const [systolic, diastolic] = [mmHg(sfloat(view, 1)), mmHg(sfloat(view, 3))];
    const rateAt = 7 + (flags & 0x02 ? 7 : 0), rate = flags & 0x04 ? whole(sfloat(view, rateAt)) : null;
    return systolic === null || diastolic === null ? filled({ heart_rate_per_min: rate }) : filled({ systolic_mmhg: systolic, diastolic_mmhg: diastolic, heart_rate_per_min: rate });
  }

  function heartRate(view) {
    const rate = view.getUint8(0) & 0x01 ? view.getUint16(1, true) : view.getUint8(1);
    return rate === 0 ? {} : { heart_rate_per_min: rate };
  }

  function temperature(view) {
    const value = float(view, 1);
    if (value === null) return {};
    const celsius = view.getUint8(0) & 0x01 ? ((value - 32) * 5) / 9 : value;
    return { temperature_celsius: Math.round(celsius * 100) / 100 };
  }

  function saturation(view) {
    return filled({ oxygen_saturation_percent: whole(sfloat(view, 1)), heart_rate_per_min: whole(sfloat(view, 3)) });
  }

  /* When a device says that it measured, by its own clock: milliseconds since 1970, null where it does not say. */
  function date(view, at) {
    const [year, month, day] = [view.getUint16(at, true), view.getUint8(at + 2), view.getUint8(at + 3)];
    return year && month && day ? new Date(year, month - 1, day, view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6)).getTime() : null;
  }
  const stampedAt = { bloodPressure: (view) => (view.getUint8(0) & 0x02 ? date(view, 7) : null), temperature: (view) => (view.getUint8(0) & 0x02 ? date(view, 5) : null), spot: (view) => (view.getUint8(0) & 0x01 ? date(view, 5) : null) };

  /* Those that measure once can have kept it, and say when; the others speak of now alone. */
  const SERVICES = [
    { service: 0x1810, values: [{ characteristic: 0x2a35, decode: bloodPressure, stamp: stampedAt.bloodPressure }] },
    { service: 0x1809, values: [{ characteristic: 0x2a1c, decode: temperature, stamp: stampedAt.temperature }] },
    { service: 0x1822, values: [{ characteristic: 0x2a5e, decode: saturation, stamp: stampedAt.spot }, { characteristic: 0x2a5f, decode: saturation }] },
    { service: 0x180d, values: [{ characteristic: 0x2a37, decode: heartRate }] },
  ];

  /* What was heard, as `{ details, isOfNow }`; null for what the device had kept. `isOfNow` is false where it says no time. */
  function taken({ decode, stamp }, view, now) {
    const details = decode(view), at = stamp ? stamp(view) : now;
    if (!Object.keys(details).length || (at !== null && Math.abs(now - at) > OLDEST)) return null;
    return { details, isOfNow: at !== null };
  }
  const heardAs = (characteristic, view, now) => taken(SERVICES.flatMap((each) => each.values).find((each) => each.characteristic === characteristic), view, now);

  /* Somebody chooses a device; the first reading of now that it gives. Refused with "kept" if it gave only older ones. */
  async function read() {
    if (!navigator.bluetooth) throw new Error("no-bluetooth");
    const device = await navigator.bluetooth.requestDevice({ filters: SERVICES.map((each) => ({ services: [each.service] })) });
    const server = await device.gatt.connect();
    try {
      return await new Promise((resolve, reject) => {
        const heard = { kept: 0 };
        setTimeout(() => reject(new Error(heard.kept ? "kept" : "silent")), WAIT);
        listen(server, (told) => { if (told) resolve(told); else heard.kept += 1; }).catch(reject);
      });
    } finally { device.gatt.disconnect(); }
  }

  async function listen(server, heard) {
    let found = 0;
    for (const { service, values } of SERVICES) {
      const offered = await server.getPrimaryService(service).catch(() => null);
      for (const each of offered ? values : []) {
        const source = await offered.getCharacteristic(each.characteristic).catch(() => null);
        if (!source) continue;
        source.addEventListener("characteristicvaluechanged", (event) => { const { value } = event.target; if (Object.keys(each.decode(value)).length) heard(taken(each, value, Date.now())); });
        await source.startNotifications();
        found += 1;
      }
    }
    if (!found) throw new Error("no-service");
  }
  return { read, heardAs, sfloat, float, bloodPressure, heartRate, temperature, saturation };
})();
