/*
 * The completion of a shell: offers says what there is, bash, zsh and fish are scripts that know it. They are constant,
 * so the launcher prints them; what changes they ask for at TAB: the targets of a file of the state folder
 * (config/completion-file), all else of ntfy itself (commands/completion).
 */

import type { CompletedShell } from '../../shell/shells.ts'
import { bash } from './bash.ts'
import { fish } from './fish.ts'
import type { Offers } from './offers.ts'
import { zsh } from './zsh.ts'

export { offersOf } from './offers.ts'

export const completionScripts: Record<CompletedShell, (offers: Offers) => string> = { bash, zsh, fish }
