import { passwordsIn } from './addresses.ts'
import { commandRanges } from './command.ts'
import { loosePairs } from './loose.ts'
import { isSecretName } from './names.ts'
import type { Range } from './ranges.ts'
import { shifted } from './ranges.ts'
import { keysIn } from './shapes.ts'
import { isSecret } from './values.ts'

/** Where the secrets of a text stand that may hold anything: messages, output, JSON, YAML, headers, commands. */
export function textRanges(text: string): Range[] {
  return [...keysIn(text), ...passwordsIn(text), ...loosePairs(text), ...flagsIn(text), ...commandsIn(text)]
}

/** A flag with a name, and its value behind a blank; those with `=` are pairs. */
const flag = /(?<![\w.-])--?([A-Za-z][\w.-]{2,127})[ \t]{1,20}(\\{0,3}["']?)([^\s"'`]+)/g

/** What stands behind a flag where a text speaks of it, or a help explains it. */
const explained =
  /^(?:-|[A-Z_]+\b[\],.;:]*$|(?:is|are|was|and|or|must|may|can|cannot|requires?|required|needs?|needed|for|to|in|from|with|has|not|flag|option|argument|value|string|text|file|the|a|an|if|instead|given|missing|expected|when|support|parsing|handling)[,.;:]*$)/

function flagsIn(text: string): Range[] {
  const ranges: Range[] = []
  for (const found of text.matchAll(flag)) {
    const [whole, name = '', , value = ''] = found
    if (!isSecretName(name) || explained.test(value) || (/^pass$/i.test(name) && /^\d$/.test(value))) continue
    const end = found.index + whole.length
    if (isSecret(value)) ranges.push({ start: end - value.length, end })
  }
  return ranges
}

/** Names of programs that take a secret by a flag or word whose name does not tell. */
const known =
  /(?<![\w.-])(?:mysql\w*|mariadb(?:-\w+)?|mongo\w*|sshpass|docker|podman|7z[ar]?|zip|unzip|redis-cli|curl|openssl|htpasswd|aws|set(?=\s+-)|sqlplus|echo|vault|kubectl|ldap\w+|lftp|smbclient|sqlcmd|sqlplus|useradd|usermod|ssh-keygen)(?=\s)[^\n]*/g

/** Lines that show commands, with a prompt or the `+` of `set -x` before them. */
function commandsIn(text: string): Range[] {
  const ranges: Range[] = []
  for (const { 0: line, index } of text.matchAll(known)) {
    ranges.push(...shifted(commandRanges(line, 1), index))
  }
  return ranges
}
