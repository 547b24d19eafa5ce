import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { expectSame, runScript } from './both.ts'

const signals = 'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM XCPU XFSZ VTALRM PROF IO PWR SYS'

describeWith(['bash', 'env'], 'the end of the command is our end', () => {
  it.each(['0', '1', '2', '42', '64', '126', '127', '130', '143', '255'])('exit code %s', (code) => {
    expect(expectSame(`$W sh -c 'exit ${code}'; echo $?`)).toBe(`${code}\n`)
  })

  it.each(signals.split(' '))('death by %s is death by it', (signal) => {
    // As the last command of a script it takes the place of the shell, so the signal shows.
    const script = `exec $W sh -c 'ulimit -c 0; kill -${signal} $$'`
    const { signal: seen, stderr } = runScript(script, true)
    expect({ seen, stderr }).toEqual({ seen: `SIG${signal}`, stderr: '' })
  })

  it('leaves no second core', () => {
    const { status, home } = runScript(`ulimit -c unlimited; $W bash -c 'ulimit -c 0; kill -SEGV $$'; exit $?`, true)
    expect(status).toBe(128 + 11)
    expect(readdirSync(home).filter((name) => name.startsWith('core'))).toEqual([])
  })

  it.each([
    ['not found', 'nosuch-command', 127, /^ntfy: nosuch-command: command not found\n$/],
    ['a path that is not there', './nosuch', 127, /^ntfy: \.\/nosuch: no such file\n$/],
    ['an empty name', "''", 127, /^ntfy: '': command not found\n$/],
    ['a folder', '/tmp', 126, /^ntfy: \/tmp: is a directory\n$/],
    ['a file that may not be run', './plain', 126, /^ntfy: \.\/plain: permission denied\n$/],
    ['a file in PATH that may not be run', 'plain', 126, /^ntfy: plain: permission denied\n$/],
    ['below a file', './plain/x', 126, /^ntfy: \.\/plain\/x: not a directory\n$/],
    ['a link to itself', './loop', 126, /^ntfy: \.\/loop: too many symbolic links\n$/],
    [
      'a script whose interpreter is missing',
      './orphan',
      127,
      /^ntfy: \.\/orphan: its interpreter \/nowhere\/sh is missing\n$/,
    ],
  ])('%s: the status that env gives', (_, command, code, message) => {
    const prepare =
      'echo >plain; ln -s loop loop; printf "#!/nowhere/sh\\n" >orphan; chmod +x orphan; PATH=$PWD:$PATH; [ "$W" ] || W=env'
    for (const before of ['', 'ulimit -Sn 400;', "trap '' HUP;"]) {
      const wrapped = runScript(`${prepare}; ${before} $W ${command}`, true)
      expect({ code: wrapped.status, stderr: wrapped.stderr }).toEqual({ code, stderr: expect.stringMatching(message) })
      if (command !== "''") expect(runScript(`${prepare}; ${before} $W ${command}`, false).status).toBe(code)
    }
  })

  it.each([
    ['a script without #!', 'printf "echo I am a script \\$1\\n" >s; chmod +x s; ./s a; $W ./s a'],
    [
      'the same with a limit to restore',
      'printf "echo I am a script \\$1\\n" >s; chmod +x s; ulimit -Sn 400; $W ./s a',
    ],
    [
      'a name that begins with a hyphen',
      'cp /bin/echo ./-e; PATH=$PWD:$PATH; $W -e hi; ulimit -Sn 400; $W -e hi; trap "" HUP; $W -e hi',
    ],
    ['an empty part of PATH', 'cp /bin/echo here; PATH=:$PATH; $W here hi; ulimit -Sn 400; $W here hi'],
    [
      'a folder in PATH with the name of the command',
      'mkdir -p x/echo; PATH=$PWD/x:$PATH; $W echo hi; ulimit -Sn 400; $W echo hi',
    ],
    ['a file in PATH', 'echo >x; PATH=$PWD/x:$PATH; $W echo hi; ulimit -Sn 400; $W echo hi'],
  ])('finds what execvp finds: %s', (_, script) => {
    expectSame(script)
  })

  it('does not follow a child that it has left behind', () => {
    expect(expectSame(`$W bash -c 'sleep 300 & echo $! >pid'; kill $(cat pid); echo $?`)).toBe('0\n')
  })

  it('has no debugger listen', () => {
    const script = `$W bash -c 'trap "echo one; exit" USR1; kill -USR1 $PPID; while :; do sleep 0.02; done'`
    expect(runScript(script, true)).toMatchObject({ stdout: 'one\n', stderr: '' })
  })
})
