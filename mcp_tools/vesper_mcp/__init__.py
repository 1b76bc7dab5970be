"""The MCP server: a `Project` behind the Model Context Protocol."""
