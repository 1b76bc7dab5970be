-- Role files look like documents.
vim.cmd.runtime('ftplugin/vsp.lua')
