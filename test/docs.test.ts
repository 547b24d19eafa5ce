import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Backend } from '../src/backends/contract/backend.ts'
import { backends, loadBackend } from '../src/backends/index.ts'
import { configManual } from '../src/build/config-manual.ts'
import { manual } from '../src/build/manual.ts'
import { commands } from '../src/commands/index.ts'
import { answerJson } from './support/internet.ts'
import { describeWith } from './support/programs.ts'
import { tryOnce } from './support/try-once.ts'

/** `npm run docs` writes what these tests compare. */
const update = process.env['UPDATE_DOCS'] === '1'
const root = join(import.meta.dirname, '..')
const readme = join(root, 'README.md')
const pages = join(root, 'src/backends/docs')
const all = await Promise.all(Object.keys(backends).sort().map(loadBackend))

afterEach(() => vi.unstubAllEnvs())

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
  it.each(all.map((backend) => ({ name: backend.name, backend })))('$name', async ({ name, backend }) => {
    mkdirSync(pages, { recursive: true })
    expect(backend.setup?.length, 'how to get what it needs').toBeGreaterThan(0)
    compare(join(pages, `${name}.md`), page(backend, await refusalOf(backend)))
  })

  it('and there is no other page', () => {
    expect(readdirSync(pages).sort()).toEqual(all.map(({ name }) => `${name}.md`).sort())
  })
})

describe('the manual pages', () => {
  it('are what the declarations say, dated as the version in the changelog', async () => {
    const verbs = await Promise.all(Object.values(commands).map(async (load) => (await load()).default))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    const heading = new RegExp(`^## ${version.replaceAll('.', '\\.')} - (\\d{4}-\\d{2}-\\d{2})$`, 'm')
    const [, date = ''] = heading.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')) ?? []
    expect(date, `the changelog has no date for ${version}`).not.toBe('')
    compare(join(root, 'src/man/ntfy.1'), manual({ version, date, commands: verbs, backends: all }))
    compare(join(root, 'src/man/ntfy.yml.5'), await configManual({ version, date, backends: all }))
  })

  describeWith(['mandoc'], 'to mandoc', () => {
    it.each(['ntfy.1', 'ntfy.yml.5'])('%s leaves nothing to complain about', (page) => {
      const { stdout, status } = spawnSync('mandoc', ['-T', 'lint', join(root, 'src/man', page)], { encoding: 'utf8' })
      expect(`${stdout}${status}`).toBe('0')
    })
  })
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

/** What ntfy says where the service refuses a key. */
async function refusalOf(backend: Backend): Promise<string | undefined> {
  const { refusal } = backend
  if (refusal === undefined) return undefined
  const { result } = await tryOnce(backend, (_, response) => {
    if (refusal.text === undefined) answerJson(response, refusal.status, refusal.json ?? {})
    else response.writeHead(refusal.status).end(refusal.text)
  })
  expect(result).toMatchObject({ kind: 'config' })
  return `ntfy: mine: saved; will be sent once the configuration is fixed: ${'error' in result ? result.error : ''}`
}

function page(backend: Backend, refusal: string | undefined): string {
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
    `\n${(backend.setup ?? []).join('\n\n')}\n`,
    `\nThe smallest configuration:\n\n\`\`\`yaml\nbackends: [mine]\nmine:\n  backend: ${name}\n${example}\`\`\`\n`,
    backend.addresses ? `\nAs an address of Apprise: \`${backend.addresses.form}\`.\n` : '',
    rows.length > 0 ? `\n| option | type | |\n| --- | --- | --- |\n${rows.join('')}` : '\nIt has no options.\n',
    lengths.length > 0 ? `\nWhat is longer is cut: ${lengths.join(', ')}.\n` : '',
    refusal === undefined ? '' : `\nA wrong key or address looks like this:\n\n\`\`\`text\n${refusal}\n\`\`\`\n`,
    `\n\`ntfy setup ${name}\` asks for all of it and tries it; \`ntfy test mine\` tries it again.\n`,
  ].join('')
}

function escapeBar(text: string): string {
  return text.replaceAll('|', '\\|')
}
