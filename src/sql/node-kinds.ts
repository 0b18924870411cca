/**
 * The grammar we admit: every kind of node that may stand in an admitted statement, with every field it may have.
 *
 * Names and types are those of libpg-query's own type package (a test compares them); kinds and fields that only other
 * statements or parse analysis use are left out on purpose, so a tree that holds one is refused, and so is whatever a new
 * grammar brings. A field's type is `Node` (any admitted kind, wrapped in its name), `Node[]`, a kind (not wrapped), the name
 * of a list of words below, `location` (a byte offset), or a scalar. `since` is the PostgreSQL version that
 * introduced the kind: an older server may read the same text as something else.
 */

export interface NodeKind {
  readonly since?: number;
  readonly fields: Readonly<Record<string, string>>;
}

export const nodeKinds: Readonly<Record<string, NodeKind>> = {
  // Statements
  SelectStmt: {
    fields: {
      distinctClause: 'Node[]',
      intoClause: 'IntoClause',
      targetList: 'Node[]',
      fromClause: 'Node[]',
      whereClause: 'Node',
      groupClause: 'Node[]',
      groupDistinct: 'boolean',
      havingClause: 'Node',
      windowClause: 'Node[]',
      valuesLists: 'Node[]',
      sortClause: 'Node[]',
      limitOffset: 'Node',
      limitCount: 'Node',
      limitOption: 'LimitOption',
      lockingClause: 'Node[]',
      withClause: 'WithClause',
      op: 'SetOperation',
      all: 'boolean',
      larg: 'SelectStmt',
      rarg: 'SelectStmt',
    },
  },
  InsertStmt: {
    fields: {
      relation: 'RangeVar',
      cols: 'Node[]',
      selectStmt: 'Node',
      onConflictClause: 'OnConflictClause',
      returningClause: 'ReturningClause',
      withClause: 'WithClause',
      override: 'OverridingKind',
    },
  },
  UpdateStmt: {
    fields: {
      relation: 'RangeVar',
      targetList: 'Node[]',
      whereClause: 'Node',
      fromClause: 'Node[]',
      returningClause: 'ReturningClause',
      withClause: 'WithClause',
    },
  },
  DeleteStmt: {
    fields: {
      relation: 'RangeVar',
      usingClause: 'Node[]',
      whereClause: 'Node',
      returningClause: 'ReturningClause',
      withClause: 'WithClause',
    },
  },
  MergeStmt: {
    since: 15,
    fields: {
      relation: 'RangeVar',
      sourceRelation: 'Node',
      joinCondition: 'Node',
      mergeWhenClauses: 'Node[]',
      returningClause: 'ReturningClause',
      withClause: 'WithClause',
    },
  },
  TruncateStmt: { fields: { relations: 'Node[]', restart_seqs: 'boolean', behavior: 'DropBehavior' } },
  ExplainStmt: { fields: { query: 'Node', options: 'Node[]' } },
  VariableShowStmt: { fields: { name: 'string' } },
  DefElem: { fields: { defname: 'string', arg: 'Node', defaction: 'DefElemAction', location: 'location' } },

  // Clauses of statements
  ResTarget: { fields: { name: 'string', indirection: 'Node[]', val: 'Node', location: 'location' } },
  WithClause: { fields: { ctes: 'Node[]', recursive: 'boolean', location: 'location' } },
  CommonTableExpr: {
    fields: {
      ctename: 'string',
      aliascolnames: 'Node[]',
      ctematerialized: 'CTEMaterialize',
      ctequery: 'Node',
      search_clause: 'CTESearchClause',
      cycle_clause: 'CTECycleClause',
      location: 'location',
    },
  },
  CTESearchClause: {
    since: 14,
    fields: {
      search_col_list: 'Node[]',
      search_breadth_first: 'boolean',
      search_seq_column: 'string',
      location: 'location',
    },
  },
  CTECycleClause: {
    since: 14,
    fields: {
      cycle_col_list: 'Node[]',
      cycle_mark_column: 'string',
      cycle_mark_value: 'Node',
      cycle_mark_default: 'Node',
      cycle_path_column: 'string',
      location: 'location',
    },
  },
  SortBy: {
    fields: {
      node: 'Node',
      sortby_dir: 'SortByDir',
      sortby_nulls: 'SortByNulls',
      useOp: 'Node[]',
      location: 'location',
    },
  },
  WindowDef: {
    fields: {
      name: 'string',
      refname: 'string',
      partitionClause: 'Node[]',
      orderClause: 'Node[]',
      frameOptions: 'number',
      startOffset: 'Node',
      endOffset: 'Node',
      location: 'location',
    },
  },
  GroupingSet: { fields: { kind: 'GroupingSetKind', content: 'Node[]', location: 'location' } },
  OnConflictClause: {
    fields: {
      action: 'OnConflictAction',
      infer: 'InferClause',
      targetList: 'Node[]',
      whereClause: 'Node',
      location: 'location',
    },
  },
  InferClause: { fields: { indexElems: 'Node[]', whereClause: 'Node', conname: 'string', location: 'location' } },
  IndexElem: {
    fields: {
      name: 'string',
      expr: 'Node',
      collation: 'Node[]',
      opclass: 'Node[]',
      ordering: 'SortByDir',
      nulls_ordering: 'SortByNulls',
    },
  },
  MergeWhenClause: {
    since: 15,
    fields: {
      matchKind: 'MergeMatchKind',
      commandType: 'CmdType',
      override: 'OverridingKind',
      condition: 'Node',
      targetList: 'Node[]',
      values: 'Node[]',
    },
  },
  ReturningClause: { fields: { options: 'Node[]', exprs: 'Node[]' } },
  ReturningOption: { since: 18, fields: { option: 'ReturningOptionKind', value: 'string', location: 'location' } },

  // Clauses that are known only to be refused by name
  IntoClause: {
    fields: {
      rel: 'RangeVar',
      colNames: 'Node[]',
      accessMethod: 'string',
      options: 'Node[]',
      onCommit: 'OnCommitAction',
      tableSpaceName: 'string',
      skipData: 'boolean',
    },
  },
  LockingClause: { fields: { lockedRels: 'Node[]', strength: 'LockClauseStrength', waitPolicy: 'LockWaitPolicy' } },
  CurrentOfExpr: { fields: { cursor_name: 'string', cursor_param: 'number' } },

  // Items of FROM
  RangeVar: {
    fields: {
      catalogname: 'string',
      schemaname: 'string',
      relname: 'string',
      inh: 'boolean',
      relpersistence: 'string',
      alias: 'Alias',
      location: 'location',
    },
  },
  Alias: { fields: { aliasname: 'string', colnames: 'Node[]' } },
  JoinExpr: {
    fields: {
      jointype: 'JoinType',
      isNatural: 'boolean',
      larg: 'Node',
      rarg: 'Node',
      usingClause: 'Node[]',
      join_using_alias: 'Alias',
      quals: 'Node',
      alias: 'Alias',
    },
  },
  RangeSubselect: { fields: { lateral: 'boolean', subquery: 'Node', alias: 'Alias' } },
  RangeFunction: {
    fields: {
      lateral: 'boolean',
      ordinality: 'boolean',
      is_rowsfrom: 'boolean',
      functions: 'Node[]',
      alias: 'Alias',
      coldeflist: 'Node[]',
    },
  },
  ColumnDef: {
    fields: {
      colname: 'string',
      typeName: 'TypeName',
      is_local: 'boolean',
      collClause: 'CollateClause',
      location: 'location',
    },
  },
  RangeTableSample: {
    fields: { relation: 'Node', method: 'Node[]', args: 'Node[]', repeatable: 'Node', location: 'location' },
  },
  RangeTableFunc: {
    fields: {
      lateral: 'boolean',
      docexpr: 'Node',
      rowexpr: 'Node',
      namespaces: 'Node[]',
      columns: 'Node[]',
      alias: 'Alias',
      location: 'location',
    },
  },
  RangeTableFuncCol: {
    fields: {
      colname: 'string',
      typeName: 'TypeName',
      for_ordinality: 'boolean',
      is_not_null: 'boolean',
      colexpr: 'Node',
      coldefexpr: 'Node',
      location: 'location',
    },
  },

  // Values and names
  ColumnRef: { fields: { fields: 'Node[]', location: 'location' } },
  A_Star: { fields: {} },
  A_Const: {
    fields: {
      ival: 'Integer',
      fval: 'Float',
      boolval: 'Boolean',
      sval: 'String',
      bsval: 'BitString',
      isnull: 'boolean',
      location: 'location',
    },
  },
  Integer: { fields: { ival: 'number' } },
  Float: { fields: { fval: 'string' } },
  Boolean: { fields: { boolval: 'boolean' } },
  String: { fields: { sval: 'string' } },
  BitString: { fields: { bsval: 'string' } },
  List: { fields: { items: 'Node[]' } },
  ParamRef: { fields: { number: 'number', location: 'location' } },
  TypeName: {
    fields: { names: 'Node[]', typmods: 'Node[]', typemod: 'number', arrayBounds: 'Node[]', location: 'location' },
  },
  CollateClause: { fields: { arg: 'Node', collname: 'Node[]', location: 'location' } },

  // Expressions
  A_Expr: {
    fields: {
      kind: 'A_Expr_Kind',
      name: 'Node[]',
      lexpr: 'Node',
      rexpr: 'Node',
      rexpr_list_start: 'location',
      rexpr_list_end: 'location',
      location: 'location',
    },
  },
  BoolExpr: { fields: { boolop: 'BoolExprType', args: 'Node[]', location: 'location' } },
  NullTest: { fields: { arg: 'Node', nulltesttype: 'NullTestType', argisrow: 'boolean', location: 'location' } },
  BooleanTest: { fields: { arg: 'Node', booltesttype: 'BoolTestType', location: 'location' } },
  SubLink: {
    fields: {
      subLinkType: 'SubLinkType',
      testexpr: 'Node',
      operName: 'Node[]',
      subselect: 'Node',
      location: 'location',
    },
  },
  FuncCall: {
    fields: {
      funcname: 'Node[]',
      args: 'Node[]',
      agg_order: 'Node[]',
      agg_filter: 'Node',
      over: 'WindowDef',
      agg_within_group: 'boolean',
      agg_star: 'boolean',
      agg_distinct: 'boolean',
      func_variadic: 'boolean',
      funcformat: 'CoercionForm',
      location: 'location',
    },
  },
  NamedArgExpr: { fields: { arg: 'Node', name: 'string', argnumber: 'number', location: 'location' } },
  TypeCast: { fields: { arg: 'Node', typeName: 'TypeName', location: 'location' } },
  A_Indirection: { fields: { arg: 'Node', indirection: 'Node[]' } },
  A_Indices: { fields: { is_slice: 'boolean', lidx: 'Node', uidx: 'Node' } },
  A_ArrayExpr: { fields: { elements: 'Node[]', list_start: 'location', list_end: 'location', location: 'location' } },
  RowExpr: { fields: { args: 'Node[]', row_format: 'CoercionForm', colnames: 'Node[]', location: 'location' } },
  CaseExpr: { fields: { arg: 'Node', args: 'Node[]', defresult: 'Node', location: 'location' } },
  CaseWhen: { fields: { expr: 'Node', result: 'Node', location: 'location' } },
  CoalesceExpr: { fields: { args: 'Node[]', location: 'location' } },
  MinMaxExpr: { fields: { op: 'MinMaxOp', args: 'Node[]', location: 'location' } },
  SQLValueFunction: { fields: { op: 'SQLValueFunctionOp', typmod: 'number', location: 'location' } },
  GroupingFunc: { fields: { args: 'Node[]', location: 'location' } },
  SetToDefault: { fields: { location: 'location' } },
  MultiAssignRef: { fields: { source: 'Node', colno: 'number', ncolumns: 'number' } },
  MergeSupportFunc: { since: 17, fields: { msftype: 'number', location: 'location' } },
  XmlExpr: {
    fields: {
      op: 'XmlExprOp',
      name: 'string',
      named_args: 'Node[]',
      arg_names: 'Node[]',
      args: 'Node[]',
      xmloption: 'XmlOptionType',
      indent: 'boolean',
      typmod: 'number',
      location: 'location',
    },
  },
  XmlSerialize: {
    fields: { xmloption: 'XmlOptionType', expr: 'Node', typeName: 'TypeName', indent: 'boolean', location: 'location' },
  },

  // SQL/JSON
  JsonFormat: { since: 16, fields: { format_type: 'JsonFormatType', encoding: 'JsonEncoding', location: 'location' } },
  JsonReturning: { since: 16, fields: { format: 'JsonFormat', typmod: 'number' } },
  JsonOutput: { since: 16, fields: { typeName: 'TypeName', returning: 'JsonReturning' } },
  JsonValueExpr: { since: 16, fields: { raw_expr: 'Node', format: 'JsonFormat' } },
  JsonKeyValue: { since: 16, fields: { key: 'Node', value: 'JsonValueExpr' } },
  JsonObjectConstructor: {
    since: 16,
    fields: {
      exprs: 'Node[]',
      output: 'JsonOutput',
      absent_on_null: 'boolean',
      unique: 'boolean',
      location: 'location',
    },
  },
  JsonArrayConstructor: {
    since: 16,
    fields: { exprs: 'Node[]', output: 'JsonOutput', absent_on_null: 'boolean', location: 'location' },
  },
  JsonArrayQueryConstructor: {
    since: 16,
    fields: {
      query: 'Node',
      output: 'JsonOutput',
      format: 'JsonFormat',
      absent_on_null: 'boolean',
      location: 'location',
    },
  },
  JsonAggConstructor: {
    since: 16,
    fields: { output: 'JsonOutput', agg_filter: 'Node', agg_order: 'Node[]', over: 'WindowDef', location: 'location' },
  },
  JsonObjectAgg: {
    since: 16,
    fields: { constructor: 'JsonAggConstructor', arg: 'JsonKeyValue', absent_on_null: 'boolean', unique: 'boolean' },
  },
  JsonArrayAgg: {
    since: 16,
    fields: { constructor: 'JsonAggConstructor', arg: 'JsonValueExpr', absent_on_null: 'boolean' },
  },
  JsonIsPredicate: {
    since: 16,
    fields: {
      expr: 'Node',
      format: 'JsonFormat',
      item_type: 'JsonValueType',
      unique_keys: 'boolean',
      location: 'location',
    },
  },
  JsonParseExpr: {
    since: 17,
    fields: { expr: 'JsonValueExpr', output: 'JsonOutput', unique_keys: 'boolean', location: 'location' },
  },
  JsonScalarExpr: { since: 17, fields: { expr: 'Node', output: 'JsonOutput', location: 'location' } },
  JsonSerializeExpr: { since: 17, fields: { expr: 'JsonValueExpr', output: 'JsonOutput', location: 'location' } },
  JsonFuncExpr: {
    since: 17,
    fields: {
      op: 'JsonExprOp',
      column_name: 'string',
      context_item: 'JsonValueExpr',
      pathspec: 'Node',
      passing: 'Node[]',
      output: 'JsonOutput',
      on_empty: 'JsonBehavior',
      on_error: 'JsonBehavior',
      wrapper: 'JsonWrapper',
      quotes: 'JsonQuotes',
      location: 'location',
    },
  },
  JsonArgument: { since: 17, fields: { val: 'JsonValueExpr', name: 'string' } },
  JsonBehavior: { since: 17, fields: { btype: 'JsonBehaviorType', expr: 'Node', location: 'location' } },
  JsonTable: {
    since: 17,
    fields: {
      context_item: 'JsonValueExpr',
      pathspec: 'JsonTablePathSpec',
      passing: 'Node[]',
      columns: 'Node[]',
      on_error: 'JsonBehavior',
      alias: 'Alias',
      lateral: 'boolean',
      location: 'location',
    },
  },
  JsonTableColumn: {
    since: 17,
    fields: {
      coltype: 'JsonTableColumnType',
      name: 'string',
      typeName: 'TypeName',
      pathspec: 'JsonTablePathSpec',
      format: 'JsonFormat',
      wrapper: 'JsonWrapper',
      quotes: 'JsonQuotes',
      columns: 'Node[]',
      on_empty: 'JsonBehavior',
      on_error: 'JsonBehavior',
      location: 'location',
    },
  },
  JsonTablePathSpec: {
    since: 17,
    fields: { string: 'Node', name: 'string', name_location: 'location', location: 'location' },
  },
};

/** The words each enumerated field may hold. */
export const wordLists: Readonly<Record<string, string>> = {
  A_Expr_Kind:
    'AEXPR_OP AEXPR_OP_ANY AEXPR_OP_ALL AEXPR_DISTINCT AEXPR_NOT_DISTINCT AEXPR_NULLIF AEXPR_IN AEXPR_LIKE AEXPR_ILIKE AEXPR_SIMILAR AEXPR_BETWEEN AEXPR_NOT_BETWEEN AEXPR_BETWEEN_SYM AEXPR_NOT_BETWEEN_SYM',
  BoolExprType: 'AND_EXPR OR_EXPR NOT_EXPR',
  BoolTestType: 'IS_TRUE IS_NOT_TRUE IS_FALSE IS_NOT_FALSE IS_UNKNOWN IS_NOT_UNKNOWN',
  CTEMaterialize: 'CTEMaterializeDefault CTEMaterializeAlways CTEMaterializeNever',
  CmdType: 'CMD_UNKNOWN CMD_SELECT CMD_UPDATE CMD_INSERT CMD_DELETE CMD_MERGE CMD_UTILITY CMD_NOTHING',
  CoercionForm: 'COERCE_EXPLICIT_CALL COERCE_EXPLICIT_CAST COERCE_IMPLICIT_CAST COERCE_SQL_SYNTAX',
  DefElemAction: 'DEFELEM_UNSPEC DEFELEM_SET DEFELEM_ADD DEFELEM_DROP',
  DropBehavior: 'DROP_RESTRICT DROP_CASCADE',
  GroupingSetKind: 'GROUPING_SET_EMPTY GROUPING_SET_SIMPLE GROUPING_SET_ROLLUP GROUPING_SET_CUBE GROUPING_SET_SETS',
  JoinType:
    'JOIN_INNER JOIN_LEFT JOIN_FULL JOIN_RIGHT JOIN_SEMI JOIN_ANTI JOIN_RIGHT_SEMI JOIN_RIGHT_ANTI JOIN_UNIQUE_OUTER JOIN_UNIQUE_INNER',
  JsonBehaviorType:
    'JSON_BEHAVIOR_NULL JSON_BEHAVIOR_ERROR JSON_BEHAVIOR_EMPTY JSON_BEHAVIOR_TRUE JSON_BEHAVIOR_FALSE JSON_BEHAVIOR_UNKNOWN JSON_BEHAVIOR_EMPTY_ARRAY JSON_BEHAVIOR_EMPTY_OBJECT JSON_BEHAVIOR_DEFAULT',
  JsonEncoding: 'JS_ENC_DEFAULT JS_ENC_UTF8 JS_ENC_UTF16 JS_ENC_UTF32',
  JsonExprOp: 'JSON_EXISTS_OP JSON_QUERY_OP JSON_VALUE_OP JSON_TABLE_OP',
  JsonFormatType: 'JS_FORMAT_DEFAULT JS_FORMAT_JSON JS_FORMAT_JSONB',
  JsonQuotes: 'JS_QUOTES_UNSPEC JS_QUOTES_KEEP JS_QUOTES_OMIT',
  JsonTableColumnType: 'JTC_FOR_ORDINALITY JTC_REGULAR JTC_EXISTS JTC_FORMATTED JTC_NESTED',
  JsonValueType: 'JS_TYPE_ANY JS_TYPE_OBJECT JS_TYPE_ARRAY JS_TYPE_SCALAR',
  JsonWrapper: 'JSW_UNSPEC JSW_NONE JSW_CONDITIONAL JSW_UNCONDITIONAL',
  LimitOption: 'LIMIT_OPTION_DEFAULT LIMIT_OPTION_COUNT LIMIT_OPTION_WITH_TIES',
  LockClauseStrength: 'LCS_NONE LCS_FORKEYSHARE LCS_FORSHARE LCS_FORNOKEYUPDATE LCS_FORUPDATE',
  LockWaitPolicy: 'LockWaitBlock LockWaitSkip LockWaitError',
  MergeMatchKind: 'MERGE_WHEN_MATCHED MERGE_WHEN_NOT_MATCHED_BY_SOURCE MERGE_WHEN_NOT_MATCHED_BY_TARGET',
  MinMaxOp: 'IS_GREATEST IS_LEAST',
  NullTestType: 'IS_NULL IS_NOT_NULL',
  OnCommitAction: 'ONCOMMIT_NOOP ONCOMMIT_PRESERVE_ROWS ONCOMMIT_DELETE_ROWS ONCOMMIT_DROP',
  OnConflictAction: 'ONCONFLICT_NONE ONCONFLICT_NOTHING ONCONFLICT_UPDATE',
  OverridingKind: 'OVERRIDING_NOT_SET OVERRIDING_USER_VALUE OVERRIDING_SYSTEM_VALUE',
  ReturningOptionKind: 'RETURNING_OPTION_OLD RETURNING_OPTION_NEW',
  SQLValueFunctionOp:
    'SVFOP_CURRENT_DATE SVFOP_CURRENT_TIME SVFOP_CURRENT_TIME_N SVFOP_CURRENT_TIMESTAMP SVFOP_CURRENT_TIMESTAMP_N SVFOP_LOCALTIME SVFOP_LOCALTIME_N SVFOP_LOCALTIMESTAMP SVFOP_LOCALTIMESTAMP_N SVFOP_CURRENT_ROLE SVFOP_CURRENT_USER SVFOP_USER SVFOP_SESSION_USER SVFOP_CURRENT_CATALOG SVFOP_CURRENT_SCHEMA',
  SetOperation: 'SETOP_NONE SETOP_UNION SETOP_INTERSECT SETOP_EXCEPT',
  SortByDir: 'SORTBY_DEFAULT SORTBY_ASC SORTBY_DESC SORTBY_USING',
  SortByNulls: 'SORTBY_NULLS_DEFAULT SORTBY_NULLS_FIRST SORTBY_NULLS_LAST',
  SubLinkType:
    'EXISTS_SUBLINK ALL_SUBLINK ANY_SUBLINK ROWCOMPARE_SUBLINK EXPR_SUBLINK MULTIEXPR_SUBLINK ARRAY_SUBLINK CTE_SUBLINK',
  XmlExprOp: 'IS_XMLCONCAT IS_XMLELEMENT IS_XMLFOREST IS_XMLPARSE IS_XMLPI IS_XMLROOT IS_XMLSERIALIZE IS_DOCUMENT',
  XmlOptionType: 'XMLOPTION_DOCUMENT XMLOPTION_CONTENT',
};
