"""A marimo notebook on the published warehouse: a question of the cookbook, its SQL to change, the rows and a chart.

`pip install 'cypp[notebook]'`, then `marimo run orchestration/analyst/notebook.py`; data folder by CYPP_DATA_DIR.
`marimo edit` would keep what was shown, rows about children too, in a folder next to this file.
"""

import marimo

app = marimo.App(width="medium", app_title="Children's indicators")


@app.cell
def _asking():
    import marimo as mo
    from marimo import md

    from orchestration.analyst.drawing import chart_of
    from orchestration.analyst.queries import NotAnswerable, answer, cookbook
    from orchestration.settings import data_folder

    return NotAnswerable, answer, chart_of, cookbook, data_folder, md, mo


@app.cell
def _choosing(cookbook, md, mo):
    names = {recipe.question: name for name, recipe in cookbook().items()}
    chosen = mo.ui.dropdown(names, value=next(iter(names)), label="Question", full_width=True)
    mo.vstack([md("# Children's indicators"), chosen])
    return (chosen,)


@app.cell
def _writing(chosen, cookbook, mo):
    query = mo.ui.code_editor(cookbook()[chosen.value].sql, language="sql", label="Its SQL")
    query
    return (query,)


@app.cell
def _answering(NotAnswerable, answer, data_folder, mo, query):
    try:
        rows = answer(data_folder(None), query.value)
    except NotAnswerable as error:
        rows = None
        mo.stop(True, mo.callout(str(error), kind="warn"))
    mo.ui.table(rows, selection=None)
    return (rows,)


@app.cell
def _drawing(NotAnswerable, chart_of, md, mo, rows):
    try:
        chart = mo.ui.altair_chart(chart_of(rows))
    except NotAnswerable as error:
        chart = md(str(error))
    chart


if __name__ == "__main__":
    app.run()
