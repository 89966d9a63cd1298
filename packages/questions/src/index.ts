export { type AskedQuestion, QUESTION_PATH, questionToken, readQuestionToken } from './question-token.ts'
export { type Challenge, type Judgement, type Question, Questions, type QuestionsDeps } from './questions.ts'
