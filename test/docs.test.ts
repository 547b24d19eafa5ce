import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Backend } from '../src/backend.ts'
import { backends, loadBackend } from '../src/backends/index.ts'
import { manual } from '../src/build/manual.ts'
import { commands } from '../src/commands/index.ts'

/** `npm run docs` writes what these tests compare. */
const update = process.env['UPDATE_DOCS'] === '1'
const root = join(import.meta.dirname, '..')
const readme = join(root, 'README.md')
const pages = join(root, 'src/backends/docs')
const all = await Promise.all(Object.keys(backends).sort().map(loadBackend))

function compare(file: string, wanted: string): void {
  if (update) writeFileSync(file, wanted)
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '', `${file} is stale: npm run docs`).toBe(wanted)
}

it('the table of the README has every backend as it declares itself', () => {
  const text = readFileSync(readme, 'utf8')
  const markers = /(?<=<!-- backends -->\n).*?(?=<!-- \/backends -->)/s
  expect(text).toMatch(markers)
  compare(
    readme,
    text.replace(markers, () => table()),
  )
})

describe('the page of each backend is what its declaration says', () => {
  it.each(all.map((backend) => ({ name: backend.name, backend })))('$name', ({ name, backend }) => {
    mkdirSync(pages, { recursive: true })
    compare(join(pages, `${name}.md`), page(backend))
  })

  it('and there is no other page', () => {
    expect(readdirSync(pages).sort()).toEqual(all.map(({ name }) => `${name}.md`).sort())
  })
})

it('the manual page is what the declarations say', async () => {
  const verbs = await Promise.all(Object.values(commands).map(async (load) => (await load()).default))
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  compare(join(root, 'src/man/ntfy.1'), `${manual({ version, commands: verbs, backends: all })}\n`)
})

it('every command of the README is one that ntfy has', () => {
  const blocks = [...readFileSync(readme, 'utf8').matchAll(/```sh\n(.*?)```/gs)].flatMap(
    ([, block]) => block?.split('\n') ?? [],
  )
  const verbs = blocks.flatMap((line) => /(?:^|[|;&] *|npx )ntfy (?:-\w \S+ )*([a-z][a-z-]*)/.exec(line)?.[1] ?? [])
  expect(verbs.length).toBeGreaterThan(5)
  for (const verb of verbs) expect(Object.keys(commands)).toContain(verb)
})

function table(): string {
  const rows = all.map(({ name, title, homepage, aliases }) => {
    const also = aliases?.length ? `, also called ${aliases.map((alias) => `\`${alias}\``).join(', ')}` : ''
    return `| [\`${name}\`](src/backends/docs/${name}.md) | [${title}](${homepage})${also} |\n`
  })
  return `| backend | |\n| --- | --- |\n${rows.join('')}`
}

function page(backend: Backend): string {
  const { name, title, homepage, aliases, options, limits } = backend
  const required = Object.entries(options).filter(([, { details }]) => details.required)
  const smallest =
    backend.example ?? Object.fromEntries(required.map(([option, { details }]) => [option, details.example]))
  const example = Object.entries(smallest)
    .map(([option, value]) => `  ${option}: ${JSON.stringify(value)}\n`)
    .join('')
  const rows = Object.entries(options).map(([option, { kind, details, choices }]) => {
    const notes = [
      details.required ? 'required' : '',
      details.secret ? 'a secret' : '',
      details.default === undefined ? '' : `default \`${details.default}\``,
      details.aliases?.length ? `also ${details.aliases.map((alias) => `\`${alias}\``).join(', ')}` : '',
    ].filter(Boolean)
    const type = choices ? choices.map((word) => `\`${word}\``).join(' ') : kind
    return `| \`${option}\` | ${type} | ${escapeBar(details.description)}${notes.length > 0 ? ` (${notes.join('; ')})` : ''} |\n`
  })
  const lengths = Object.entries(limits).map(([part, limit]) => `${part} ${limit.max} ${limit.unit}`)
  return [
    `# ${name}: ${title}\n\n<${homepage}>\n`,
    aliases?.length ? `\nAlso called ${aliases.map((alias) => `\`${alias}\``).join(', ')}.\n` : '',
    `\nThe smallest configuration:\n\n\`\`\`yaml\nbackends: [mine]\nmine:\n  backend: ${name}\n${example}\`\`\`\n`,
    rows.length > 0 ? `\n| option | type | |\n| --- | --- | --- |\n${rows.join('')}` : '\nIt has no options.\n',
    lengths.length > 0 ? `\nWhat is longer is cut: ${lengths.join(', ')}.\n` : '',
  ].join('')
}

function escapeBar(text: string): string {
  return text.replaceAll('|', '\\|')
}
