/** Where a session's folder holds what its newest failure was, as data. */
export const diagnosisFile = 'diagnosis.json'
