export {
  defineModule,
  type Entity,
  type IqHandler,
  type Module,
  type Outcome,
  onGet,
  onSet,
  refuse,
  reply,
  type Xep,
} from './module.ts'
export { Registry } from './registry.ts'
export { type Respondent, respond } from './respond.ts'
