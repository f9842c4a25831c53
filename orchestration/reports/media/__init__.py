"""How it looks: drawings, HTML templates, workbooks, PDF. Not what is said: `content/`."""
