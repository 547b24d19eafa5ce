import { terminalHasFocus } from '../terminal/focus.ts'
import type { Source } from './view.ts'

/** The terminal itself, whose focus a shell's hook has queried (DEC 1004), or which we may query. */
export const focusReport: Source = {
  name: 'the terminal',
  async ask({ focus, host, ours }) {
    const asked = focus ?? (ours && host?.kind.reportsFocus ? await terminalHasFocus() : undefined)
    if (asked === undefined) return undefined
    return { answer: asked === 'yes' ? 'no' : 'yes', because: `it has ${asked === 'yes' ? '' : 'not '}the focus` }
  },
}
