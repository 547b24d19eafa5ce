import { backendName, backends, loadBackend } from '../backends/index.ts'
import { defineCommand } from '../cli/command.ts'
import { loadConfig } from '../config/index.ts'
import { exitCode, UsageError } from '../platform/errors.ts'
import { print } from '../platform/output.ts'
import { style } from '../platform/style.ts'
import { didYouMean } from '../platform/suggest.ts'

export default defineCommand({
  name: 'backends',
  words: '[BACKEND|TARGET]',
  summary: 'list the backends, or the options of one',
  group: 'configuration',
  examples: [['ntfy backends pushover', 'its options']],
  flags: {},
  maxWords: 1,
  takes: ['json'],
  async run({ words: [name], global }) {
    if (name === undefined) {
      for (const known of Object.keys(backends).sort()) {
        const { title, homepage, aliases = [] } = await loadBackend(known)
        const others = aliases.length > 0 ? ` (also ${aliases.join(', ')})` : ''
        print(
          global.json
            ? `${JSON.stringify({ name: known, title, homepage, aliases })}\n`
            : `${style.stdout.heading(known.padEnd(16))} ${title}${others}\n`,
        )
      }
      return exitCode.ok
    }
    const { config } = await loadConfig(global.config)
    const target = Object.hasOwn(config.targets, name) ? config.targets[name] : undefined
    const known = backendName(name) ?? target?.backend
    if (known === undefined) throw new UsageError(`unknown backend ${name}${didYouMean(name, Object.keys(backends))}`)
    print(await describe(known, global.json))
    return exitCode.ok
  },
})

async function describe(name: string, json: boolean): Promise<string> {
  const { title, homepage, options, setup = [], aliases = [] } = await loadBackend(name)
  const described = Object.entries(options).map(([option, { kind, details, choices }]) => {
    const { format: _, problem: __, ...shown } = details
    return { name: option, kind, ...(choices && { choices }), ...shown }
  })
  if (json) return `${JSON.stringify({ name, title, homepage, aliases, setup, options: described })}\n`
  const others = aliases.length > 0 ? [`Also called ${aliases.join(', ')}.`] : []
  const lines = [`${style.stdout.heading(name)}: ${title}`, homepage, ...others, '', ...setup, '']
  for (const option of described) {
    const notes = [
      option.choices ? option.choices.join('|') : option.kind,
      option.required ? 'required' : '',
      option.secret ? 'secret' : '',
      option.default === undefined ? '' : `default ${option.default}`,
      option.aliases?.length ? `also ${option.aliases.join(', ')}` : '',
    ]
    lines.push(
      `  ${style.stdout.heading(option.name)} (${notes.filter(Boolean).join('; ')})`,
      `      ${option.description}`,
    )
  }
  return `${lines.join('\n')}\n`
}
