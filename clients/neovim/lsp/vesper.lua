-- The Vesper language server for Neovim 0.11 and later; `vim.lsp.enable('vesper')` turns it on.
---@type vim.lsp.Config
return {
  cmd = { 'vesper', 'lsp' },
  filetypes = { 'vsp', 'vesper-role' },
  root_markers = { '.vesper', 'vesper.toml', '.git' },
}
