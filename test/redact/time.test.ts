import { expect, it } from 'vitest'
import { redactCommand, redactText } from '../../src/redact/index.ts'
import { expectProportional } from '../support/growth.ts'

/** What a careless expression would look at again and again. */
const repeated = [
  'a',
  'a ',
  '"',
  '$(',
  '"$(',
  '`',
  '=',
  ':',
  'a=',
  'token=',
  'token=x ',
  'PWD=/',
  'password="',
  'password=\\"',
  '-----BEGIN PRIVATE KEY-----',
  'eyJaaaaaaa.',
  '-eyJ',
  'a://u:',
  '<<a ',
  'mysql -px ',
  'docker ',
  'ssh mysql ',
  'sudo ',
  '--token ',
  'Authorization: Bearer x\n',
  'login a ',
  'password: |\n  ',
  'IDENTIFIED BY ',
  '-----END PRIVATE KEY-----\n',
  'abc\n',
  'machine a login a ',
  '"password": ["a", ',
  'TOKEN=$(echo x) ',
  'echo a | ',
  'cat <<E\na\nE\n',
  '- ',
  "sed 's/token=",
  '${TOKEN:-',
  'auth: ',
  'login="a ',
  'user:a:',
  'api key is ',
  'password for me ',
  'password for a b c d e f g h i: ',
  'new password:\n',
  'credentials: a / ',
  'creds="',
  '<password a="',
  '<password>',
  '<key>password</key>',
  'name: token\n',
  '"name": "token", "value": "',
  '"type": "a", ',
  '| token ',
  'token,a\n',
  'TOKEN  A\n',
  'token  ',
  'kind: Secret\ndata:\n  a: ',
  '"kind": "Secret", "data": {',
  'INSERT INTO a (password) VALUES (',
  "'a', ",
  'set("token", ',
  'set_password("a", ',
  '{token, ',
  'expect password; send ',
  'a:5432:b:',
  'token%3D%',
  'password 7 ',
  'user a\nPASS ',
  'discord://a/',
  'rtmp://a/',
  '$6$a$',
  'sk-',
  'glpat-',
  'ZXlKa',
  'A'.repeat(22),
  'S3',
  '(a; ',
  'a(',
  'a(b)',
  'x=(a ',
  'f() ',
  'f() { ',
  '{ a; } | ',
  'echo x > token ',
  "printf '%s %s' ",
  'put token ',
  'mc alias set ',
  'security -k ',
]

it.each([redactCommand, redactText])('takes time in proportion to the length ($name)', (redact) => {
  for (const part of repeated) {
    expectProportional(JSON.stringify(part), (length) => redact(part.repeat(Math.ceil(length / part.length))))
  }
})

it.each([redactCommand, redactText])('reads a line of 256 kB at once ($name)', (redact) => {
  const line = (length: number) => `deploy --token abc ${'src/some/file.ts --verbose '.repeat(length / 27)}`
  expectProportional('a long line', (length) => redact(line(length)))
  expect(redact(line(256 * 1024)).startsWith('deploy --token *** src')).toBe(true)
})

it.each([redactCommand, redactText])('says the same when it is asked again ($name)', (redact) => {
  for (const part of repeated) {
    const once = redact(part.repeat(300))
    expect(redact(once)).toBe(once)
  }
})
