import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { temporaryHome } from './support/home.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

/** The project in a folder of its own: what npm builds there is not what other tests are running. */
function copy() {
  const { home, env } = temporaryHome()
  const project = join(home, 'project')
  mkdirSync(project)
  for (const entry of readdirSync(root)) {
    if (!['node_modules', 'dist', '.git'].includes(entry))
      cpSync(join(root, entry), join(project, entry), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
  const npm = (cwd: string, ...args: string[]) =>
    run('npm', args, {
      cwd,
      env: { ...env, npm_config_offline: 'true', npm_config_update_notifier: 'false' },
      maxBuffer: 2 ** 26,
    })
  return { home, project, npm }
}

describe('the package', () => {
  it('packs what a user needs, says so in JSON, and leaves package.json alone', async () => {
    const { home, project, npm } = copy()
    const before = readFileSync(join(project, 'package.json'), 'utf8')
    const { stdout } = await npm(project, 'pack', '--json', '--pack-destination', home)
    const [{ filename, files }] = Object.values(JSON.parse(stdout)) as [{ filename: string; files: { path: string }[] }]
    const paths = files.map(({ path }) => path)
    for (const path of [
      'dist/ntfy',
      'dist/ntfy-done',
      'dist/main.cjs',
      'dist/ntfy.1',
      'dist/ntfy.yml.5',
      'dist/LICENSES',
      'shell/ntfy.zsh',
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
    ]) {
      expect(paths).toContain(path)
    }
    expect(paths.filter((path) => /^(src|test|node_modules)\/|\.(map|ts)$/.test(path))).toEqual([])
    expect(readFileSync(join(project, 'package.json'), 'utf8')).toBe(before)

    const place = join(home, 'installed')
    const { stderr } = await npm(
      home,
      'install',
      '--global',
      '--omit=optional',
      '--prefix',
      place,
      join(home, filename),
    )
    expect(stderr).not.toContain('warn')
    expect((await run(join(place, 'bin/ntfy'), ['--version'])).stdout).toMatch(/^ntfy \d/)
    expect(readdirSync(join(place, 'share/man')).sort()).toEqual(['man1', 'man5'])
  })

  it('can be published: a dry run says in JSON what would be, and leaves package.json alone', async () => {
    const { project, npm } = copy()
    const before = readFileSync(join(project, 'package.json'), 'utf8')
    const { stdout } = await npm(project, 'publish', '--dry-run', '--json')
    expect(stdout).toContain('"ntfy-done@')
    expect(() => JSON.parse(stdout)).not.toThrow()
    expect(readFileSync(join(project, 'package.json'), 'utf8')).toBe(before)
  })
})
