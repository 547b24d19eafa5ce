import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { type MoreShell, moreShells } from '../support/more-shells.ts'
import { openTerminal } from '../support/pty.ts'
import { parseCall, writeStub } from '../support/shell.ts'
import { waitFor } from '../support/wait.ts'

type Name = MoreShell['name']

/** Lines that do the same in each. */
const set: Record<Name, (name: string, value: string) => string> = {
  nushell: (name, value) => `$env.${name} = '${value}'`,
  elvish: (name, value) => `set-env ${name} '${value}'`,
  xonsh: (name, value) => `$${name} = '${value}'`,
}
/** Each prompt leaves a mark: it is drawn more than once. */
const prompts: Record<Name, (file: string) => string> = {
  nushell: (file) =>
    `$env.config.show_banner = false\n$env.PROMPT_COMMAND = {|| 'x' | save --append '${file}'; '@@ ' }\n$env.PROMPT_COMMAND_RIGHT = {|| '' }`,
  elvish: (file) => `set edit:prompt = { print x >> '${file}'; put '@@ ' }\nset edit:rprompt = { put '' }`,
  xonsh: (file) => `$PROMPT = lambda: (open('${file}', 'a').write('x'), '@@ ')[1]\n$XONSH_SHOW_TRACEBACK = False`,
}
const load: Record<Name, (file: string) => string> = {
  nushell: (file) => `source '${file}'`,
  elvish: (file) => `eval (slurp < '${file}')`,
  xonsh: (file) => `source '${file}'`,
}
const external = (name: Name, line: string) => (name === 'nushell' ? `^${line}` : line)

/** A shell on a terminal with the hooks, loaded `times` times, and the calls of the program so far. */
function typed(shell: MoreShell, times = 1) {
  const { home, env } = temporaryHome()
  const folder = join(home, 'calls')
  mkdirSync(folder)
  writeStub(join(home, 'stub'), folder)
  const [rc, prompted] = [join(home, 'rc'), join(home, 'prompted')]
  const hooks = load[shell.name](resolve(import.meta.dirname, `../../shell/ntfy.${shell.extension}`))
  const settings = [set[shell.name]('NTFY_LONGER_THAN', '0.3'), set[shell.name]('NTFY_BIN', join(home, 'stub'))]
  writeFileSync(rc, [prompts[shell.name](prompted), ...settings, ...Array<string>(times).fill(hooks), ''].join('\n'))
  const [program = '', ...args] = shell.command(rc)
  const terminal = openTerminal(program, args, { env: { ...env, TERM: 'xterm' }, answers: true })
  const shown = () => (existsSync(prompted) ? readFileSync(prompted).length : 0)
  let seen = 0
  // A line that comes while lines are edited by the system ends in another key.
  const ready = async () => {
    const isRaw = () => spawnSync('stty', ['-F', terminal.device], { encoding: 'utf8' }).stdout.includes('-icanon')
    await waitFor('a prompt', () => shown() > seen && isRaw()).catch((error: Error) => {
      throw new Error(`${error.message}; it shows:\n${JSON.stringify(terminal.output())}`)
    })
    seen = shown()
  }
  const type = async (line: string) => {
    if (seen === 0) await ready()
    terminal.type(`${line}\r`)
  }
  return {
    terminal,
    type,
    ready,
    async run(line: string) {
      await type(line)
      await ready()
    },
    calls: () =>
      readdirSync(folder)
        .filter((name) => !name.startsWith('.'))
        .sort()
        .map((name) => parseCall(readFileSync(join(folder, name)))),
  }
}

for (const shell of moreShells) {
  describe(`in ${shell.name}`, () => {
    let missing: string | undefined
    beforeAll(() => {
      missing = shell.install()
      if (missing !== undefined && process.env['CI'] === 'true') throw new Error(missing)
    }, 900_000)

    it('long commands are reported, with text, status and duration, and nothing is started for others', async (context) => {
      if (missing !== undefined) return context.skip(missing)
      const { run, calls } = typed(shell)
      const failing = external(shell.name, 'sh -c "sleep 0.5; exit 3"')
      const other = external(shell.name, 'sh -c "sleep 0.6; exit 4"')
      const quoted = `${external(shell.name, 'sleep 0.5')}; echo "it's" 'a "b" $x' ü🙂`
      await run(external(shell.name, 'true'))
      await run(external(shell.name, 'sh -c "exit 7"'))
      await run(failing)
      // A bare Enter is no command, although the last one's status is still there.
      await run('')
      await run(other)
      await run(` ${external(shell.name, 'sleep 0.5')}`)
      await run(quoted)
      await waitFor('the calls', () => calls().length >= 3)
      expect(calls().map((call) => call.typed)).toEqual([failing, other, quoted])
      expect(calls().map((call) => call.flag('--status'))).toEqual(['3', '4', '0'])
      for (const call of calls()) {
        expect(call.args.slice(0, 3)).toEqual(['shell-done', '--shell', shell.name])
        expect(Number(call.flag('--duration-ms'))).toBeGreaterThanOrEqual(500)
        expect(call.flag('--tty')).toMatch(/^\/dev\/pts\/\d+$/)
        expect(call.flag('--threshold-ms')).toBe('300')
      }
    })

    it('Ctrl-C is silent, NTFY=off too; private ones are hidden if that is asked for; unhooked, nothing is reported', async (context) => {
      if (missing !== undefined) return context.skip(missing)
      const { run, type, ready, calls, terminal } = typed(shell, 2)
      const nap = external(shell.name, 'sleep 0.5')
      await run(nap)
      await waitFor('one call, however often the hooks are loaded', () => calls().length === 1)
      await type(external(shell.name, 'sh -c "sleep 0.4; echo o\'v\'er; exec sleep 600"'))
      await terminal.see(/\bover\b/)
      terminal.type('\u0003')
      await ready()
      await run(external(shell.name, 'true'))
      await run(set[shell.name]('NTFY', 'off'))
      await run(nap)
      await run(set[shell.name]('NTFY', ''))
      await run(set[shell.name]('NTFY_PRIVATE', 'hide'))
      await run(` ${nap}`)
      await waitFor('the second call', () => calls().length === 2)
      expect(calls()[1]).toMatchObject({ typed: '', args: expect.arrayContaining(['--private']) })
      await run('ntfy_unhook')
      await run(nap)
      await run(nap)
      expect(calls()).toHaveLength(2)
    })

    it('hooks are installed where the shell reads them, and removed again', async (context) => {
      if (missing !== undefined) return context.skip(missing)
      const { env, home } = temporaryHome()
      const installed = await ntfy(['shell-integration', '-s', shell.name, '-L', '5', '--install'], { env })
      expect(installed).toMatchObject({ code: 0, stderr: expect.stringContaining('hooks installed') })
      const files = () =>
        readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => /ntfy\.\w+$/.test(name))
      expect(files()).toEqual([expect.stringContaining(`ntfy.${shell.extension}`)])
      expect(readFileSync(join(home, files()[0] ?? ''), 'utf8')).toContain(
        set[shell.name]('AUTO_NTFY_DONE_LONGER_THAN', '-L5').slice(-5, -1),
      )
      expect((await ntfy(['doctor'], { env })).stdout).toMatch(new RegExp(`${shell.name}: the hooks are loaded by`))
      await ntfy(['shell-integration', '-s', shell.name, '--uninstall'], { env })
      expect(files()).toEqual([])
    })
  })
}
