-- Vesper documents are YAML to the eye: colours, comments and indentation are YAML's.
vim.bo.commentstring = '# %s'
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.syntax = 'yaml'
