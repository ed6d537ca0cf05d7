throw new Error('nothing is stored here: no test runs a workflow that uses this')
