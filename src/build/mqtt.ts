import type { Plugin } from 'rolldown'

/**
 * MQTT.js without what only browsers need, and without the table of 65,536 numbers that its codec makes at the first
 * packet.
 */
export function slimMqtt(): Plugin {
  const replaced: Record<string, string> = {
    'readable-stream': "module.exports = require('node:stream')",
    'worker-timers': 'module.exports = {}',
  }
  return {
    name: 'slim-mqtt',
    resolveId: (source) => (source in replaced ? `\0${source}` : null),
    load: (id) => replaced[id.slice(1)] ?? null,
    transform: (code, id) =>
      /mqtt-packet\/numbers\.js$/.test(id) ? { code: withoutTable(code), map: { mappings: '' } } : null,
  }
}

function withoutTable(code: string): string {
  const made = code
    .replace('const max = 65536', 'const max = 0')
    .replace('const cache = {}', 'const cache = new Proxy({}, { get: (_, number) => generateBuffer(Number(number)) })')
  if (!made.includes('max = 0') || !made.includes('Proxy'))
    throw new Error('mqtt-packet/numbers.js looks different now')
  return made
}
