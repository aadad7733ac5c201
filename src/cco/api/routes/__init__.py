"""The routes, one module per noun. A route reads its arguments, asks a repository, and answers."""
