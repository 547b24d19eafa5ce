/** Stands for a `$` or a backtick that a shell takes as it is, while a word is looked at without its quotes. */
export const literal = { dollar: '\uE000', backtick: '\uE001' } as const

/** Words in the place of a value that say that there is none. */
const nothing = /^(?:true|false|null|none|nil|undefined|yes|no|on|off|~|!vault|\*+|x{3,}|X{3,}|•+|…|\.\.\.)$/

/** Is this value a secret itself, and not a reference to one, a placeholder, or nothing? */
export function isSecret(value: string): boolean {
  return value !== '' && !nothing.test(value) && !isReference(value) && !/^(?:<[^<>]*>|\[[\w ]*\])$/.test(value)
}

/** `$NAME`, `${NAME}`, `$(pass show x)`, `` `cat file` ``, `{{ vault }}`: what is named there stands elsewhere. */
export function isReference(value: string): boolean {
  if (/^\$(?:\w+|[*@#?$!]|\{\w+(?::?\?[^}]*|:?-)?\}|env:\w+|ENV\{\w+\})$/.test(value)) return true
  if (/^(?:\{\{[^}]*\}\}|\$\{\{[^}]*\}\}|%\w+%|\{\w*\})$/.test(value)) return true
  if (value.startsWith('$(')) return value.indexOf(')') === value.length - 1 || isOneSubstitution(value)
  return value.length > 1 && value.startsWith('`') && value.indexOf('`', 1) === value.length - 1
}

/** Are the first and the last parenthesis a pair? */
function isOneSubstitution(value: string): boolean {
  let depth = 0
  for (let at = 1; at < value.length; at++) {
    if (value[at] === '(') depth++
    else if (value[at] === ')' && --depth === 0) return at === value.length - 1
  }
  return false
}
