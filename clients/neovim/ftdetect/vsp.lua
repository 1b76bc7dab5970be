-- Which files are Vesper's. Any YAML under a `roles/` folder may be a role file, but other programs
-- have such folders too: only one inside a Vesper workspace counts.
local function role_in_workspace(path)
  if vim.fs.root(path, { '.vesper', 'vesper.toml' }) then
    return 'vesper-role'
  end
end

vim.filetype.add({
  extension = { vsp = 'vsp' },
  filename = { ['roles.yaml'] = role_in_workspace },
  pattern = {
    ['.*%.role%.yaml'] = 'vesper-role',
    ['.*/roles/.*%.ya?ml'] = role_in_workspace,
  },
})
