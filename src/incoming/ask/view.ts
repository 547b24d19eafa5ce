import type { CommandDisplay } from '../../config/types.ts'
import { withoutOurSecrets } from '../../platform/masking.ts'
import { cut, type Limit, plainText } from '../../platform/text.ts'
import { redactedText } from '../../redact/lazily.ts'

/** The answer of who will look for himself: it is none for whoever asks. */
export const come = "I'll come"

/** What is asked, whoever is asked. */
export interface Wanted {
  text: string
  words: readonly string[]
  freeText: boolean
}

/** The question as a target shows it. */
export interface View extends Wanted {
  /** It is not the question that was asked: nobody can say yes to what he was not shown. */
  changed: boolean
}

/** What was shown is what is approved: a question that redaction or a cut has changed can only be declined. */
export async function viewOf(wanted: Wanted, display: CommandDisplay, longest: Limit): Promise<View> {
  const whole = plainText(wanted.text)
  const shown = display === 'full' ? whole : withoutOurSecrets(await redactedText(whole))
  const text = cut(shown, longest)
  if (text === whole) return { ...wanted, text, changed: false }
  const declines = wanted.words.filter((word) => /^no$/i.test(word))
  return { text, words: [...declines, come], freeText: false, changed: true }
}
