/** What is loaded as one file: every file costs Node a third of a millisecond. */
export interface Chunk {
  name: string
  /** Whole rooms, by their folders below src/. */
  rooms: readonly string[]
  /** Single files of other rooms, without their ending. */
  also: readonly string[]
  /** Small packages that they import. */
  packages?: readonly string[]
  /** Files of these rooms that few runs need, each loaded when it is used. */
  later: readonly string[]
}

/** In this order: a file is in the first chunk that takes it. */
export const chunks: readonly Chunk[] = [
  {
    // What nearly every command needs.
    name: 'core',
    rooms: ['platform', 'notification', 'cli'],
    packages: ['damerau-levenshtein'],
    also: [
      'entry',
      'commands/index',
      'delivery/record-decision',
      'history/journal',
      'commands/done/attach-flags',
      'inbox/call',
      'inbox/waiting',
      'running/jobs/abandoned',
      'running/jobs/index',
      'running/jobs/machine',
      'running/jobs/start',
      'outbox/waiting',
      'process/end',
      'process/launcher',
      'process/locate',
      'process/proc',
      'process/quote',
      'process/usage',
      'redact/lazily',
      'redact/listed',
      'redact/sign',
      'running/stats/index',
      'running/stats/switch',
      'rules/notify-when',
    ],
    later: [
      'cli/completion/bash',
      'cli/completion/fish',
      'cli/completion/index',
      'cli/completion/offers',
      'cli/completion/zsh',
      'cli/parser',
      'cli/table',
      'notification/emoji',
      'platform/durable',
      'platform/lock',
    ],
  },
  {
    // What every notification needs, whoever makes it.
    name: 'notify',
    rooms: ['backends/contract', 'command-line', 'config', 'delivery', 'history', 'outbox', 'rules'],
    also: ['backends/index', 'platform/durable', 'platform/lock', 'process/run-program'],
    later: [
      'config/addresses',
      'config/edit',
      'config/lines',
      'config/obstacles',
      'config/pings',
      'config/rules-schema',
      'config/schema',
      'config/syntax',
      'config/where',
      'delivery/by-hand',
      'delivery/heartbeat',
      'delivery/held-until',
      'delivery/join',
      'delivery/ping',
      'delivery/progress',
      'delivery/release',
      'delivery/taken',
      'delivery/while-running',
      'delivery/withdraw',
      'outbox/listing',
      'rules/hook-rules',
      'rules/ignore',
      'rules/off',
      'rules/returned',
    ],
  },
]

/**
 * Whether a chunk takes a module.
 *
 * @param id its path
 */
export function takes({ rooms, also, packages = [], later }: Chunk, id: string): boolean {
  if (packages.some((name) => id.includes(`/node_modules/${name}/`))) return true
  const [, path] = /\/src\/(.+)\.ts$/.exec(id) ?? []
  if (path === undefined) return false
  return also.includes(path) || (!later.includes(path) && rooms.some((room) => path.startsWith(`${room}/`)))
}
