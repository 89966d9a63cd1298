/** `main.ts BOM STATUS OS-RELEASE`: writes the bill of materials of the image, made of pnpm's and what its base says, to stdout. */
import { readFileSync } from 'node:fs'
import { type Bom, complete } from './complete.ts'

const [bom, packages, release] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'))
if (bom === undefined || packages === undefined || release === undefined)
  throw new Error('needs the bill of pnpm, the status of dpkg and os-release')
const whole = complete(JSON.parse(bom) as Bom, { node: process.versions.node, packages, release })
process.stdout.write(`${JSON.stringify(whole)}\n`)
