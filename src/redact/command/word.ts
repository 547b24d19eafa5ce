import { inLine, type Word } from '../../command-line/word.ts'
import { isDoubtfulName, isLoginName, isSecretName, isSecretVariable } from '../names.ts'
import { addAll, type Range } from '../ranges.ts'
import { callValues } from '../text/calls.ts'
import { headerValues } from '../text/headers.ts'
import { markupValues } from '../text/markup.ts'
import { namedValues } from '../text/named-values.ts'
import { pairValues } from '../text/pairs.ts'
import { phraseValues } from '../text/phrases.ts'
import { isHarmless, isLikely, isRandom, isSecret, loginOf } from '../values.ts'

/**
 * What a word is to its program: an argument; the definition of an alias; a script that it runs; a text, in which there may be pairs and no commands;
 * sed's `s/pattern/text/`; or prose, such as the message of a commit, or a pattern, in which `password: x` is no pair either.
 */
export type WordKind = 'argument' | 'alias' | 'script' | 'text' | 'substitution' | 'prose'

/** The kind of the word at `index` of a simple command. */
export function kindOf(texts: string[], program: number, index: number): WordKind {
  const name = (texts[program] ?? '').replace(/^.*\//s, '')
  if (index <= program) return 'argument'
  if (searchers.test(name)) return 'prose'
  const before = texts[index - 1] ?? ''
  if (committers.test(name)) {
    const isName = names.test(texts[program + 1] ?? '') && index > program + 1 && !texts[index]?.startsWith('-')
    return isName || messageFlag.test(before) || gluedMessage.test(texts[index] ?? '') ? 'prose' : 'argument'
  }
  if (name === 'sed' || (name === 'perl' && /^-[a-z0-9]*e$/.test(before) && /^s\W/.test(texts[index] ?? '')))
    return 'substitution'
  if (name === 'alias') return 'alias'
  if (talkers.test(name)) return 'text'
  return starters.test(name) || /^-[a-z]*c$|^--(?:shell|command)$/.test(before) ? 'script' : 'argument'
}

const searchers = /^(?:[efz]?grep|rg|ag|ack|man|apropos|whatis|which|type|apt|apt-get|brew)$/
const committers = /^(?:git|hg|svn|jj|gh|glab)$/
/** `git push origin token=x`: what stands behind these are names of branches, remotes and files. */
const names = /^(?:push|pull|fetch|checkout|switch|branch|merge|rebase|add|diff|log|show|tag|restore|reset)$/
const messageFlag = /^-[a-z]*[mtb]$|^--(?:message|title|body|grep|notes|description)$/
const gluedMessage = /^(?:--(?:message|title|body|grep|notes|description)=|-m.)/s
const talkers = /^(?:echo|printf|say|logger|mail|notify-send|wall|awk)$/
const starters = /^(?:ssh|eval|watch|su|xargs|parallel|tmux|screen|script|trap|time)$/

/** `NAME=value`, headers and pairs within a word. */
export function pairsOfWord(word: Word, kind: WordKind): Range[] {
  const { text } = kind === 'substitution' ? { text: partsOf(word.text) } : word
  if (kind === 'prose' || text.length < 4 || !/[=:<([]|SecureString/.test(text)) return []
  const found = kind === 'script' && /\s/.test(text) ? [] : assignedValue(text)
  for (const values of [headerValues, pairValues, callValues, markupValues, namedValues]) addAll(found, values(text))
  if (kind === 'text') addAll(found, phraseValues(text))
  if (kind === 'substitution')
    return [...found.filter(isReplacement(text)), ...placeholders(text)].flatMap((range) => inLine(word, range))
  return found.flatMap((range) => inLine(word, range))
}

/** `s/a/b/` with ends of lines in the place of its slashes, or of what stands for them. */
function partsOf(script: string): string {
  const slash = /(?:^|[\s\d$;{}])[sy]([^\w\s\\])/.exec(script)?.[1]
  return script.replaceAll(slash ?? '/', '\n')
}

/** `s/__TOKEN__/x/`, `s/{{PASSWORD}}/x/` */
function placeholders(parts: string): Range[] {
  return Array.from(
    parts.matchAll(/\n[_{%@<]{1,3}\s?([A-Za-z]\w{0,80}?)\s?[_}%@>]{1,3}\n([^\n]{1,400})\n/g),
    (found) => {
      const [whole, name = '', value = ''] = found
      const start = found.index + whole.length - 1 - value.length
      return isSecretName(name) && isSecret(value) ? [{ start, end: start + value.length }] : []
    },
  ).flat()
}

/** A value, and neither a pattern for one (`password=.*`) nor a single character. */
function isReplacement(text: string): (range: Range) => boolean {
  return ({ start, end }) => end - start > 1 && !/^(?:\.[*+?\\]|\[|\\[(SwW]|\()/.test(text.slice(start, end))
}

/** Is this `NAME=` with a name that says "secret"? */
export function isSecretPair(text: string): boolean {
  const name = /^(-{0,2}[A-Za-z_][\w.:/-]*)\+?=/.exec(text)?.[1]
  return name !== undefined && (isSecretName(name) || isSecretVariable(name))
}

/** A word that is a pair as a whole: blanks belong to the value. */
function assignedValue(text: string): Range[] {
  const assignment = /^(-{0,2}[A-Za-z_][\w.:/-]*(?:\[[\w-]{1,80}\])?)\+?=/.exec(text)
  if (assignment === null) return []
  const [head, name = ''] = assignment
  const value = text.slice(head.length)
  const end = text.startsWith('--') ? -1 : value.search(/[&;]|,[\w.-]+=/)
  const own = end < 0 ? value : value.slice(0, end)
  const key = name.replace(/^.*\[|\]$/g, '')
  if (!isSecret(own) || isHarmless(key, value)) return []
  if (isSecretName(key) || isSecretVariable(key)) return [{ start: head.length, end: head.length + own.length }]
  if (/^--cookies?$/.test(key) && own.includes('=')) return [{ start: head.length, end: text.length }]
  const mayLogin = isLoginName(key) || (/(?:^|-)user$/.test(key) && isLikely(own.slice(own.indexOf(':') + 1)))
  const user = mayLogin ? loginOf(own) : 0
  if (user > 0) return [{ start: head.length + user, end: head.length + own.length }]
  return (isDoubtfulName(key) || isLoginName(key)) && isRandom(own)
    ? [{ start: head.length, end: head.length + own.length }]
    : []
}
