/** What the model does: what it was asked to. */
export type Act =
  | { kind: 'say'; text: string }
  | { kind: 'run'; command: string; background: boolean }
  | { kind: 'delegate'; prompt: string }
  | { kind: 'fail' }

/** The last prompt that is for us, and whether a tool has run since. */
export interface Turn {
  prompt: string
  hasRun: boolean
}

/** What is said at the end of each turn, unless it is a sub-agent's. */
export const answer = 'All of it is done.'

/** What a model does now, and after how many seconds. */
export function actOf({ prompt, hasRun }: Turn): { act: Act; seconds: number } {
  const [, verb = '', rest = ''] = /play (\w+) ?(.*)/.exec(prompt) ?? []
  if (hasRun || verb === 'say') return { act: { kind: 'say', text: answer }, seconds: hasRun ? 0 : Number(rest) }
  if (verb === 'run') return { act: { kind: 'run', command: rest, background: false }, seconds: 0 }
  if (verb === 'background') return { act: { kind: 'run', command: rest, background: true }, seconds: 0 }
  if (verb === 'delegate') return { act: { kind: 'delegate', prompt: `play ${rest}` }, seconds: 0 }
  return { act: { kind: 'fail' }, seconds: 0 }
}

export interface Part {
  text?: string
  isResult?: boolean
}

/** The turn of a conversation: its texts by the user, and the results of tools, in their order. */
export function turnOf(parts: Part[]): Turn | undefined {
  const prompts = parts.map(({ text }) => (text === undefined ? undefined : /^\s*(play \w+.*)/.exec(text)?.[1]))
  const at = prompts.findLastIndex((prompt) => prompt !== undefined)
  const prompt = prompts[at]
  return prompt === undefined
    ? undefined
    : { prompt: prompt.trim(), hasRun: parts.slice(at).some(({ isResult }) => isResult === true) }
}
