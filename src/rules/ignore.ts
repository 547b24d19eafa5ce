import { innerWords } from '../command-line/inner-command.ts'
import { type SimpleCommand, simpleCommands } from '../command-line/simple-commands.ts'

/** Programs that somebody sits in front of: dschep/ntfy's list, and what else is interactive. */
export const defaultIgnore =
  'ntfy emacs htop info less mail man meld most mutt nano screen ssh tail tmux top vi vim watch ' +
  'aider amp ash bash btop bpython byobu claude codex copilot crush cursor-agent dash droid elinks emacsclient fish fzf gdb ' +
  'gemini ghci gitui glances goose helix hx iex ipython irssi irb joe kak kilo kiro-cli k9s ksh lazydocker lazygit links ' +
  'lldb lynx mc micro more mosh mysql ncdu ncmpcpp ne neomutt nmon nnn nvim opencode picocom pico psql pry qwen ranger ' +
  'screen sftp sh sqlite3 su telnet ' +
  'tig tmate ttyd vifm view vimdiff w3m weechat yazi zellij zsh'

/**
 * Is this command one that its user looks at anyway? The last simple command of the line decides, seen through `sudo`,
 * `env`, `time` and the like; a program's name is compared whole, never its beginning.
 *
 * @param line as typed, or with its aliases expanded
 * @param list program names between spaces or commas
 */
export function isIgnored(line: string, list: string): boolean {
  const last = simpleCommands(line).findLast(({ words }) => words.length > 0)
  if (last === undefined) return false
  const names = new Set(list.split(/[\s,]+/).filter(Boolean))
  const program = programOf(last)
  return program !== undefined && names.has(program)
}

/** `NTFY=off make` turns off its notification. */
export function isSilenced(line: string): boolean {
  return simpleCommands(line).some(({ assignments, words }) => {
    const leading = words[0] === 'env' ? words.slice(1).filter((word) => word.includes('=')) : []
    return [...assignments, ...leading].includes('NTFY=off')
  })
}

/** The name of the program that a simple command runs in the end, without its folder. */
export function programOf(command: SimpleCommand): string | undefined {
  return innerWords(command)[0]
}
