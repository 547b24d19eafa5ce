/** A way for a program to have its terminal show a notification. */
export type Protocol = 'osc9' | 'osc99' | 'osc777' | 'osc1337'

/** What is known of a terminal emulator, or of what stands between it and a shell. */
export interface Kind {
  name: string
  /** What it shows notifications by; nothing if it shows none. */
  protocol?: Protocol
  /** The program's name in the process table. */
  program: RegExp
  /** The values of TERM that nobody else uses. */
  term?: RegExp
  /** How it answers XTVERSION. */
  version?: RegExp
  /** It ends the text of OSC 777 at the first `;`. */
  endsAtSemicolon?: true
  /** What it takes of a text at most, bytes. */
  longestBody?: number
  /** With focus reports on (DEC 1004) it reports the state at once; others report changes only. */
  reportsFocus?: true
  /** One of its windows may show several shells, in tabs or side by side. */
  tabs?: true
  /** It shows progress (OSC 9;4) from this version on, which is in that variable, or else said by the program itself. */
  progressSince?: { version: number[]; variable?: string }
  /** Where a search among the ancestors ends although it is no terminal. */
  role?: 'ssh' | 'mosh' | 'tmux' | 'screen'
}

/**
 * Every terminal passes its parent's variables on, so none of them says which terminal this is: the nearest program of
 * this list among the ancestors does.
 */
export const kinds: readonly Kind[] = [
  {
    name: 'kitty',
    protocol: 'osc99',
    program: /^kitty$/,
    term: /^xterm-kitty$/,
    version: /^kitty\b/,
    tabs: true,
    progressSince: { version: [0, 39] },
  },
  {
    name: 'Ghostty',
    protocol: 'osc777',
    program: /^\.?ghostty/,
    term: /^(xterm-)?ghostty$/,
    version: /^ghostty\b/,
    reportsFocus: true,
    tabs: true,
    progressSince: { version: [1, 2], variable: 'TERM_PROGRAM_VERSION' },
  },
  {
    name: 'WezTerm',
    protocol: 'osc777',
    program: /^wezterm/,
    term: /^wezterm$/,
    version: /^WezTerm\b/,
    tabs: true,
    progressSince: { version: [20_250_101], variable: 'TERM_PROGRAM_VERSION' },
  },
  { name: 'foot', protocol: 'osc777', program: /^foot$/, term: /^foot(-|$)/, version: /^foot\b/ },
  {
    name: 'Konsole',
    protocol: 'osc777',
    program: /^(konsole|yakuake)$/,
    term: /^konsole(-|$)/,
    version: /^Konsole\b/,
    endsAtSemicolon: true,
    // Konsole 22.12 drops what is longer than 243 bytes.
    longestBody: 130,
    tabs: true,
    progressSince: { version: [241_200], variable: 'KONSOLE_VERSION' },
  },
  {
    name: 'iTerm2',
    protocol: 'osc1337',
    program: /^iTerm(2$|Server)/,
    version: /^iTerm2\b/,
    tabs: true,
    progressSince: { version: [3, 6], variable: 'TERM_PROGRAM_VERSION' },
  },
  { name: 'Contour', protocol: 'osc777', program: /^contour$/, term: /^contour(-|$)/, version: /^contour\b/ },
  { name: 'Rio', protocol: 'osc777', program: /^rio$/, term: /^rio$/, version: /^rio\b/i, endsAtSemicolon: true },
  { name: 'Warp', protocol: 'osc777', program: /^warp(-terminal)?$/, tabs: true },
  { name: 'Zed', protocol: 'osc9', program: /^zed(-editor)?$/, tabs: true },
  // These show nothing; Visual Studio Code shows OSC 99 only in its own window, and only in 2026.
  {
    name: 'VTE',
    program: /^(gnome-terminal-|xfce4-terminal|mate-terminal|kgx|ptyxis|terminator|tilix|lxterminal)/,
    reportsFocus: true,
    tabs: true,
    progressSince: { version: [8000], variable: 'VTE_VERSION' },
  },
  { name: 'VTE', program: /^(guake|tilda|sakura|io\.elementary|pantheon-termin)/, reportsFocus: true, tabs: true },
  { name: 'Apple Terminal', program: /^Terminal$/, tabs: true },
  { name: 'Visual Studio Code', program: /^(code|code-insiders|codium|cursor)$/, reportsFocus: true, tabs: true },
  { name: 'xterm.js', program: /^(hyper|tabby)$/, reportsFocus: true, tabs: true },
  { name: 'Windows Terminal', program: /^WindowsTerminal/, tabs: true },
  { name: 'another terminal', program: /^(u?xterm|u?rxvtd?|st|alacritty|mlterm|zutty|cool-retro-term)$/ },
  { name: 'another terminal', program: /^(terminology|qterminal|mintty|zellij|emacs|n?vim|asciinema)/, tabs: true },
  { name: 'tmux', program: /^tmux(: server)?$/, role: 'tmux' },
  { name: 'screen', program: /^screen$/i, role: 'screen' },
  { name: 'mosh', program: /^mosh-server/, role: 'mosh' },
  { name: 'ssh', program: /^(sshd|sshd-session|dropbear|tailscaled|etterminal|etserver)$/, role: 'ssh' },
]

/** A terminal about which nothing is known. */
export const unknownKind: Kind = { name: 'an unknown terminal', program: /^$/ }

/** The terminal that sets TERM to this, if only one does. */
export function kindByTerm(term: string): Kind | undefined {
  return kinds.find((kind) => kind.term?.test(term))
}

/** The terminal that reports this version string (XTVERSION). */
export function kindByVersion(version: string): Kind | undefined {
  return kinds.find((kind) => kind.version?.test(version))
}
