import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'

const folders = ['.config/ntfy/ntfy', '.ntfy', 'site/ntfy/ntfy']
const endings = ['.yml', '.yaml', '.json']
const places = folders.flatMap((folder) => endings.map((ending) => folder + ending))

/** A home with a configuration at each of these places, which names a target after its place. */
function homeWith(files: string[]) {
  const { home, env } = temporaryHome()
  for (const file of files) {
    mkdirSync(dirname(join(home, file)), { recursive: true })
    const name = places.indexOf(file)
    writeFileSync(join(home, file), `{"backends": ["t${name}"], "t${name}": {"backend": "webhook", "url": "http://a"}}`)
  }
  return { home, env: { ...env, XDG_CONFIG_DIRS: join(home, 'site') } }
}

it.each(places)('a configuration at %s is used, if there is none before it', async (file) => {
  const { home, env } = homeWith(places.slice(places.indexOf(file)))
  const { stdout } = await ntfy(['config', 'check'], { env })
  expect(stdout).toContain(`file: ${join(home, file)}\n`)
  expect(stdout).toContain(`used by default: t${places.indexOf(file)}\n`)
  const path = await ntfy(['config', 'path'], { env })
  expect(path.stdout.match(/^\* .*$/gm)).toEqual([expect.stringContaining(join(home, file))])
})

it('nothing in the working directory has a say', async () => {
  const { home, env } = homeWith([])
  const cwd = join(home, 'cloned')
  mkdirSync(join(cwd, '.config'), { recursive: true })
  const program = `require('node:fs').writeFileSync(${JSON.stringify(join(home, 'ran'))}, ''); module.exports = {}`
  for (const file of ['.config/config.js', '.config/config.cjs', '.ntfyrc.js', 'ntfy.config.js']) {
    writeFileSync(join(cwd, file), program)
  }
  for (const file of ['.config/config.yaml', 'package.json', 'ntfy.yml', '.ntfy.yml', '.ntfyrc']) {
    writeFileSync(
      join(cwd, file),
      '{"cosmiconfig": {"searchPlaces": ["ntfy.yml"]}, "ntfy": {"backends": ["x"]}, "x": 1}',
    )
  }
  const { stdout } = await ntfy(['config', 'check'], { env, cwd })
  expect(stdout).toMatch(/^no configuration/)
  expect((await ntfy(['doctor'], { env, cwd })).stdout).not.toContain(cwd)
  expect((await ntfy(['config', 'path'], { env, cwd })).stdout).not.toContain(cwd)
})
