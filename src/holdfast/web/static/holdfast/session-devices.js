/* Readings from devices by Bluetooth, by the standard services: blood pressure 0x1810, heart rate 0x180D,
   thermometer 0x1809, pulse oximeter 0x1822. Their numbers are IEEE 11073 SFLOAT and FLOAT. The decoders
   are pure; a value that the device marks as none is none, never a number. */
globalThis.HoldfastDevices = (() => {
  "use strict";
  const WAIT = 60000;
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

  const SERVICES = [
    { service: 0x1810, values: [{ characteristic: 0x2a35, decode: bloodPressure }] },
    { service: 0x1809, values: [{ characteristic: 0x2a1c, decode: temperature }] },
    { service: 0x1822, values: [{ characteristic: 0x2a5e, decode: saturation }, { characteristic: 0x2a5f, decode: saturation }] },
    { service: 0x180d, values: [{ characteristic: 0x2a37, decode: heartRate }] },
  ];

  /* Somebody chooses a device; the first reading that it gives, as fields of an entry. */
  async function read() {
    if (!navigator.bluetooth) throw new Error("no-bluetooth");
    const device = await navigator.bluetooth.requestDevice({ filters: SERVICES.map((each) => ({ services: [each.service] })) });
    const server = await device.gatt.connect();
    try {
      return await new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error("silent")), WAIT);
        listen(server, resolve).catch(reject);
      });
    } finally { device.gatt.disconnect(); }
  }

  async function listen(server, heard) {
    let found = 0;
    for (const { service, values } of SERVICES) {
      const offered = await server.getPrimaryService(service).catch(() => null);
      for (const { characteristic, decode } of offered ? values : []) {
        const source = await offered.getCharacteristic(characteristic).catch(() => null);
        if (!source) continue;
        source.addEventListener("characteristicvaluechanged", (event) => { const told = decode(event.target.value); if (Object.keys(told).length) heard(told); });
        await source.startNotifications();
        found += 1;
      }
    }
    if (!found) throw new Error("no-service");
  }
  return { read, sfloat, float, bloodPressure, heartRate, temperature, saturation };
})();
