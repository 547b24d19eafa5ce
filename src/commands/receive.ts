import { defineCommand } from '../cli/command.ts'
import { loadConfig } from '../config/index.ts'
import { selectTargets } from '../config/select.ts'
import { followUp } from '../delivery/keep-flushing.ts'
import { deskOf, receiveAll, sourcesOf } from '../incoming/receive/index.ts'
import { parseDuration } from '../platform/duration.ts'
import { ConfigError, exitCode, UsageError } from '../platform/errors.ts'
import { say } from '../platform/output.ts'

export default defineCommand({
  name: 'receive',
  words: '[TARGET...]',
  summary: 'show here what arrives at ntfy and MQTT topics',
  group: 'scripts',
  examples: [
    ['ntfy receive phone', 'on the desktop, or the terminal'],
    ['ntfy receive --once --since 1h', 'what arrived in the last hour'],
    ['ntfy receive --install', 'from every login on, by systemd'],
  ],
  flags: {
    once: { kind: 'boolean', description: 'end when everything that the service has kept was shown' },
    since: { kind: 'text', value: 'TIME', description: 'also what arrived in this time, and was not shown yet' },
    install: { kind: 'boolean', description: 'run from every login on: a systemd user unit' },
    uninstall: { kind: 'boolean', description: 'remove that again' },
  },
  takes: ['backend'],
  async run({ words, flags, global }) {
    if (flags.uninstall) return (await import('../shell/receiver.ts')).uninstallReceiver()
    const since = sinceFrom(flags.since)
    const { config, problems } = await loadConfig(global.config)
    if (problems.length > 0) throw new ConfigError(problems.join('\n'))
    for (const warning of config.warnings) say.warning(warning)
    const sources = await sourcesOf(config, words)
    // The usual targets may be where it comes from.
    const targets = global.targets.length > 0 ? global.targets : [{ name: 'default', options: {} }]
    const desk = await deskOf(config, await selectTargets(config, { ...global, targets }), sources)
    if (flags.install) {
      const named = global.targets.flatMap(({ name }) => ['-b', name])
      return (await import('../shell/receiver.ts')).installReceiver([...words, ...named])
    }
    // What an earlier one was killed over is sent now.
    followUp([], true)
    const life = new AbortController()
    const received: { signal?: NodeJS.Signals } = {}
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        received.signal = signal
        life.abort()
      })
    }
    await receiveAll(sources, desk, { since, once: flags.once, signal: life.signal })
    return { SIGINT: 130, SIGTERM: 0, SIGHUP: 129 }[received.signal as 'SIGINT'] ?? exitCode.ok
  },
})

/** Seconds since 1970. */
function sinceFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const span = parseDuration(text)
  if (span === undefined) throw new UsageError(`receive --since ${text}: expected a time (10m, 1h, 2d)`)
  return Math.floor((Date.now() - span) / 1000)
}
