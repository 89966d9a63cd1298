import { readFileSync, writeFileSync } from 'node:fs'
import { readmeText, schemaText } from '../chart-files.ts'
import { CHART } from '../root.ts'

writeFileSync(`${CHART}/values.schema.json`, schemaText())
const readme = `${CHART}/README.md`
writeFileSync(readme, readmeText(readFileSync(readme, 'utf8')))
