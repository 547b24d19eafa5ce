import { parseAst } from 'rolldown/parseAst'
import { type ESTree, Visitor } from 'rolldown/utils'

const getter = /Object\.defineProperty\(exports,("\w+"),\{enumerable:!0,get:function\(\)\{return([ `][^{}]+)\}\}\)/g

/**
 * A chunk whose exports are plain properties. rolldown makes a getter of each, at the end, as its variable may change;
 * of two hundred, V8 takes half a millisecond.
 */
export function plainExports(code: string): string {
  const changing = changingNames(code)
  return code.replace(getter, (whole, key, value) => (changing.has(value.trim()) ? whole : `exports[${key}]=${value}`))
}

/** Every name that is assigned to anywhere but where it is declared. */
function changingNames(code: string): Set<string> {
  const names = new Set<string>()
  const take = ({ left }: { left: ESTree.Node }) => {
    for (const [name] of code.slice(left.start, left.end).matchAll(/[\w$]+/g)) names.add(name)
  }
  new Visitor({
    AssignmentExpression: take,
    ForInStatement: take,
    ForOfStatement: take,
    UpdateExpression: ({ argument }) => take({ left: argument }),
  }).visit(parseAst(code))
  return names
}
